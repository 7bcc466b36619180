# A static binary and the certificates to reach Discord, nothing else; not root.
#   docker build -t tally --build-arg VERSION=$(git describe --tags --always) --build-arg COMMIT=$(git rev-parse HEAD) .
#   docker run -d --name tally -v tally:/data -e DISCORD_TOKEN tally
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION= COMMIT=
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -tags timetzdata \
        -ldflags "-s -w -X main.release=$VERSION -X main.commit=$COMMIT" -o /out/tally ./cmd/tally \
    && mkdir -m 700 /data && mkdir -m 1777 /out/tmp

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/ /
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
ENV TALLY_DATA=/data
VOLUME /data
ENTRYPOINT ["/tally"]
CMD ["run"]
