# Everything here needs Go alone. `make help` lists the targets.

GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
DEMO ?=
SEEDS ?= 2000
PEERS ?=
MESSAGES ?= 10000000
CEILING ?=
VERSION ?=

.PHONY: help demo test simulate defects check race bench bench-peers growth ceiling pictures build release clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

demo: ## count a made-up server exactly, no token needed (DEMO="--messages 100000" passes flags)
	$(GO) run ./cmd/tally demo $(DEMO)

test: ## run all tests
	$(GO) test ./...

simulate: ## play random schedules and faults against the whole bot (SEEDS=10000 plays more)
	$(GO) test -C bot -run TestSimulation -timeout 0 -seeds $(SEEDS) -print

defects: ## show that the simulation catches deliberate defects (takes minutes)
	$(GO) test -C bot -run TestDefects -timeout 0 -defects

check: ## formatting, vet, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

race: ## run all tests under the race detector, random ones fewer times (needs a C compiler)
	$(GO) test -race -short ./...

bench: ## print sizes and speeds; compare them within one run only
	$(GO) test -run '^$$' -bench . -benchtime 1s -timeout 30m ./eventlog ./projections ./bot ./bot/gate ./cmd/tally

bench-peers: ## measure the log beside SQLite, bbolt, wal and JetStream (needs a C compiler; PEERS="-messages 10000000" passes flags)
	cd eventlog/peerbench && CGO_ENABLED=1 $(GO) run . $(PEERS)

growth: ## print how times rise with the messages in the log (MESSAGES=100000000 makes larger logs)
	$(GO) test -run '^$$' -bench Growth -timeout 0 ./projections -messages $(MESSAGES)

ceiling: ## import whole servers on virtual time, and print how near Discord's limits that is (takes minutes; CEILING="-ceiling-messages 10000000")
	$(GO) test -C bot/importer -run TestCeiling -v -timeout 0 -ceiling-all $(CEILING)

pictures: ## draw the README's pictures anew: of the bot's answers, and of the report (which needs Chromium)
	$(GO) test -C bot -count 1 -run TestReadmePictures . -pictures
	@dir=$$(mktemp -d) && $(GO) test -C bot/report -count 1 -timeout 10m -run TestPageInABrowser/story . -screenshots $$dir && \
	cp $$dir/story-desk-light-top.png bot/report/pictures/desk.png && cp $$dir/story-desk-dark-coverage.png bot/report/pictures/coverage.png && \
	cp $$dir/story-phone-dark-top.png bot/report/pictures/phone.png && rm -r $$dir

build: ## build the binary, ./tally
	CGO_ENABLED=0 $(GO) build -trimpath -tags timetzdata -o tally ./cmd/tally

release: ## build archives for linux, macOS and Windows on amd64 and arm64 into dist/ (VERSION=v1.2.3)
	$(GO) run ./packaging/release -out dist -version "$(VERSION)"

clean: ## remove what build and release made
	rm -rf tally dist
