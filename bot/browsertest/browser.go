// Package browsertest lets tests look at a page in a real, headless Chromium. Where there is none, the
// test skips and says so.
package browsertest

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds waits for the browser; no test asserts on how long it took.
const patience = 2 * time.Minute

// names are what the browser may be called.
var names = []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"}

// Tab is one tab of a browser that a test has for itself.
type Tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	offences []string
}

// Open starts a browser, which ends with the test.
func Open(t *testing.T) *Tab {
	t.Helper()
	path := ""
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		t.Skip("no Chromium here: the page isn't looked at in a browser")
	}
	ctx, stop := context.WithTimeout(context.Background(), patience)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WSURLReadTimeout(patience))
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Log(err)
		}
		closeTab()
		end()
		stop()
	})
	tab := &Tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, tab.note); err != nil {
		t.Fatal(err)
	}
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.Enable, network.EnableParams{})
		return err
	}))
	return tab
}

// note keeps what a page of ours must not do: ask for anything beside itself, run a script, fail.
func (tab *Tab) note(event any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Type != network.ResourceTypeDocument && !strings.HasPrefix(e.Request.URL, "data:") {
			tab.offences = append(tab.offences, "asked for "+e.Request.URL)
		}
	case *runtime.EventConsoleAPICalled:
		tab.offences = append(tab.offences, "wrote to the console")
	case *runtime.EventExceptionThrown:
		tab.offences = append(tab.offences, "threw "+e.ExceptionDetails.Text)
	}
}

// CheckQuiet fails the test if a page asked the network for anything but itself, or a script spoke up.
func (tab *Tab) CheckQuiet() {
	tab.t.Helper()
	tab.mu.Lock()
	defer tab.mu.Unlock()
	for _, what := range tab.offences {
		tab.t.Errorf("the page %s", what)
	}
}

// Do runs actions in the tab.
func (tab *Tab) Do(actions ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := chromedp.Do(tab.ctx, actions...); err != nil {
		tab.t.Fatal(err)
	}
}

// Get runs an action and returns its value.
func Get[T any](tab *Tab, action chromedp.Action[T]) T {
	tab.t.Helper()
	v, err := chromedp.Run(tab.ctx, action)
	if err != nil {
		tab.t.Fatal(err)
	}
	return v
}

// Eval returns the value of a script.
func Eval[T any](tab *Tab, script string) T {
	tab.t.Helper()
	return Get(tab, chromedp.Evaluate[T](script))
}
