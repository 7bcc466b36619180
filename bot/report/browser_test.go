package report

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tally/bot/browsertest"
	"tally/eventlog"
)

var screenshots = flag.String("screenshots", "", "keep what the browser drew in this folder")

// states are the logs whose page is looked at.
var states = []struct {
	name string
	fill func(*writer)
}{
	{"nothing", func(w *writer) { w.write(eventlog.Verified{}) }},
	{"one", func(w *writer) {
		w.page(eventlog.Live, 0, storyFirst, w.talk(day("2026-08-30"), day("2026-08-31"), 1)...)
	}},
	{"story", (*writer).story},
	{"server-a", writeServerA},
}

// million is a server with so many messages that numbers are as wide as they get.
func million(t *testing.T) *Figures {
	w := newWriter(t)
	w.story()
	f := w.read()
	const factor = 1000
	f.Messages *= factor
	for i := range f.Days {
		f.Days[i].Messages *= factor
	}
	for i := range f.Users {
		f.Users[i].Messages *= factor
		f.Users[i].Seen *= factor
	}
	for i := range f.Channels {
		f.Channels[i].Messages *= factor
	}
	for i := range f.Coverage {
		c := &f.Coverage[i].Origins
		c.Import, c.Live, c.Catchup = c.Import*factor, c.Live*factor, c.Catchup*factor
	}
	for day := range f.Hours {
		for hour := range f.Hours[day] {
			f.Hours[day][hour] *= factor
		}
	}
	return f
}

// TestPageInABrowser opens the page as people do: at a desk and on a phone, in light and in dark, and as a
// screen reader reads it.
func TestPageInABrowser(t *testing.T) {
	for _, s := range states {
		t.Run(s.name, func(t *testing.T) {
			w := newWriter(t)
			s.fill(w)
			see(t, s.name, w.read())
		})
	}
	t.Run("millions", func(t *testing.T) { see(t, "millions", million(t)) })
}

// see looks at the figures' page on all screens.
func see(t *testing.T, name string, f *Figures) {
	t.Helper()
	url := drawn(t, f)
	tab := browsertest.Open(t)
	var grounds []string
	for _, screen := range browsertest.Screens {
		tab.See(url, screen)
		if wide := tab.Overflow(); len(wide) > 0 {
			t.Errorf("%s: too wide: %q", screen.Name, wide)
		}
		grounds = append(grounds, browsertest.Eval[string](tab, `getComputedStyle(document.body).backgroundColor`))
		keep(t, name+"-"+screen.Name+"-top", tab.Top)
		keep(t, name+"-"+screen.Name, tab.Picture)
		keep(t, name+"-"+screen.Name+"-coverage", func() []byte { return tab.PictureOf(`section[aria-labelledby$="-coverage"]`) })
	}
	if grounds[0] == grounds[1] || grounds[0] != grounds[2] || grounds[1] != grounds[3] {
		t.Errorf("the grounds of light, dark, light, dark: %v", grounds)
	}
	checkHeard(t, tab)
	tab.CheckQuiet()
}

// drawn writes a page to a file and returns its address.
func drawn(t *testing.T, f *Figures) (url string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(out, Page{Guilds: []*Figures{f}}); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return "file://" + file
}

// keep keeps a picture where that was asked for.
func keep(t *testing.T, name string, picture func() []byte) {
	t.Helper()
	if *screenshots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), picture(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkHeard looks for what has no name: a screen reader would be silent about it.
func checkHeard(t *testing.T, tab *browsertest.Tab) {
	t.Helper()
	heard := tab.Heard()
	for _, role := range []string{"image", "table", "link", "heading", "region", "article", "columnheader", "rowheader", "DisclosureTriangle"} {
		if slices.Contains(heard[role], "") {
			t.Errorf("a %s has no name: %q", role, heard[role])
		}
	}
	for _, heading := range []string{"Totals", "Messages by day", "Leaderboard", "Channels and threads", "Coverage"} {
		if !slices.Contains(heard["heading"], heading) {
			t.Errorf("no heading %q in %q", heading, heard["heading"])
		}
	}
}

// TestPageByKeyboard goes through the page with Tab and Enter alone.
func TestPageByKeyboard(t *testing.T) {
	w := newWriter(t)
	w.story()
	url := drawn(t, w.read())
	tab := browsertest.Open(t)
	tab.See(url, browsertest.Screens[0])
	focused := func() string {
		return browsertest.Eval[string](tab, `document.activeElement.className || document.activeElement.id || document.activeElement.localName`)
	}
	tab.Do(chromedp.KeyEvent(kb.Tab))
	if at := focused(); at != "skip" {
		t.Errorf("Tab goes to %q first, not to the link that skips to the figures", at)
	}
	if left := browsertest.Eval[float64](tab, `document.activeElement.getBoundingClientRect().left`); left < 0 {
		t.Error("the link that has the focus isn't seen")
	}
	tab.Do(chromedp.KeyEvent(kb.Enter))
	if at := focused(); at != "main" {
		t.Errorf("after the skip the focus is on %q", at)
	}
	tab.Do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	if !browsertest.Eval[bool](tab, `document.activeElement.localName === "summary" && document.activeElement.parentElement.open`) {
		t.Errorf("Enter on %q doesn't open the table", focused())
	}
	tab.Do(chromedp.KeyEvent(kb.Tab))
	if at := focused(); at != "scroll" {
		t.Errorf("the opened table can't be scrolled by keys: the focus is on %q", at)
	}
}
