package rest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// requestBody reads req's body, so that it can be sent more than once, and closes it.
func requestBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	b, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	return b, nil
}

// send sends req once, to the base URL, and reads the whole answer. Of one that is cut it returns what came,
// and the error: its status and headers are as good as any. Without headers there is no answer.
func (t *Transport) send(req *http.Request, body []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), t.opt.Timeout,
		fmt.Errorf("no whole answer within %s", t.opt.Timeout))
	defer cancel()
	out := req.Clone(ctx)
	out.Body, out.GetBody, out.ContentLength = http.NoBody, nil, int64(len(body))
	if len(body) > 0 {
		out.Body = io.NopCloser(bytes.NewReader(body))
	}
	t.redirect(out)

	t.counters.requests.Add(1)
	ans, err := t.opt.Next.RoundTrip(out)
	if err != nil {
		return nil, nil, orCause(ctx, err)
	}
	data, err := readBody(ans)
	t.counters.bytes.Add(int64(len(data)))
	ans.Body, ans.ContentLength, ans.Request = io.NopCloser(bytes.NewReader(data)), int64(len(data)), req
	if err != nil {
		err = orCause(ctx, fmt.Errorf("read the answer: %w", err))
	}
	return ans, data, err
}

// orCause returns why ctx ended, if it did: that says more than the error that came of it.
func orCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func readBody(ans *http.Response) ([]byte, error) {
	defer func() { _ = ans.Body.Close() }()
	var buf bytes.Buffer
	if n := ans.ContentLength; n > 0 && n <= MaxResponseBytes {
		buf.Grow(int(n) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(io.LimitReader(ans.Body, MaxResponseBytes+1)); err != nil {
		return buf.Bytes(), err
	}
	if buf.Len() > MaxResponseBytes {
		return nil, ErrTooLarge
	}
	return buf.Bytes(), nil
}

// redirect points a request for Discord at the base URL.
func (t *Transport) redirect(out *http.Request) {
	if t.base == nil || out.URL.Host != "discord.com" {
		return
	}
	prefix := strings.TrimSuffix(t.base.Path, "/")
	u := *out.URL
	u.Scheme, u.Host, u.Path = t.base.Scheme, t.base.Host, prefix+u.Path
	if u.RawPath != "" {
		u.RawPath = strings.TrimSuffix(t.base.EscapedPath(), "/") + u.RawPath
	}
	out.URL, out.Host = &u, ""
}
