package browsertest

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Screen is how a person looks at a page.
type Screen struct {
	Name          string
	Width, Height int64
	Scheme        string // light or dark
}

// Screens are a desk and a phone, in light and in dark.
var Screens = []Screen{
	{"desk-light", 1200, 900, "light"}, {"desk-dark", 1200, 900, "dark"},
	{"phone-light", 360, 740, "light"}, {"phone-dark", 360, 740, "dark"},
}

// See opens an address on a screen.
func (tab *Tab) See(url string, s Screen) {
	tab.t.Helper()
	tab.Do(
		chromedp.EmulateViewport(s.Width, s.Height),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.Scheme}},
			})
			return err
		}),
		chromedp.Navigate(url),
		chromedp.WaitVisible(chromedp.CSS("main")),
	)
}

// Overflow returns what stands beyond the right edge, if the page is wider than the screen.
func (tab *Tab) Overflow() []string {
	tab.t.Helper()
	return Eval[[]string](tab, `(() => {
		const width = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= width) return []
		const beyond = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width)
		return ["the page", ...beyond.map(e => e.localName + "." + e.getAttribute("class") + " " + e.textContent.slice(0, 40))]
	})()`)
}

// Picture returns the whole page as a PNG.
func (tab *Tab) Picture() []byte {
	tab.t.Helper()
	return Get(tab, chromedp.FullScreenshot(100))
}

// Top returns what is on the screen as a PNG.
func (tab *Tab) Top() []byte {
	tab.t.Helper()
	return Get(tab, chromedp.CaptureScreenshot())
}

// PictureOf returns the first element that a CSS selector finds as a PNG.
func (tab *Tab) PictureOf(selector string) []byte {
	tab.t.Helper()
	return Get(tab, chromedp.Screenshot(chromedp.CSS(selector)))
}

// Heard returns the names that a screen reader gives to what is on the page, by their role.
func (tab *Tab) Heard() map[string][]string {
	tab.t.Helper()
	tree := Get(tab, func(ctx context.Context, target *chromedp.Target) (*accessibility.GetFullAXTreeResult, error) {
		r, err := cdp.Call(ctx, target, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		return &r, err
	})
	heard := map[string][]string{}
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Role != nil {
			role := text(n.Role)
			heard[role] = append(heard[role], strings.TrimSpace(text(n.Name)))
		}
	}
	return heard
}

func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.Trim(string(v.Value), `"`)
}
