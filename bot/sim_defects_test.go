package bot

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var simDefects = flag.Bool("defects", false, "build the bot with each deliberate defect, and play seeds until one fails")

// caughtWithin is how many seeds a defect may survive.
const caughtWithin = 2000

// defect is a rule taken out or bent: in a file, from this folder, one text stands for another. It is built
// in with the compiler's overlay, so the bot itself knows nothing of it.
type defect struct{ name, file, old, new string }

var defects = []defect{
	{"no gate: what is held is taken again", "gate/fresh.go",
		"if !held[m.ID] && (m.ID == channel || !g.recent.has(m.ID)) {", "if true {"},
	{"the gate knows recent ids only, and doesn't ask the log", "gate/fresh.go",
		"if m.ID == channel || !g.recent.knows(m.ID) {", "if false {"},
	{"no overlap before a gap", "catchup/catchup.go", "overlap = 2 * time.Minute", "overlap = 0 * time.Minute"},
	{"a gap is not opened when the bot listens anew", "catchup/catchup.go",
		"	if after == 0 {\n", "	if after != 1 {\n"},
	{"the mark moves while a gap is open", "catchup/catchup.go", "g.Newest(), g.Covered() })", "g.Newest(), true })"},
	{"the mark moves with live messages, without proof", "route.go",
		"	return g.Gate.Live(ctx, m)\n", "	defer func() { _ = b.opt.Log.SetCovered(map[snowflake.ID]snowflake.ID{m.Guild: m.ID}) }()\n	return g.Gate.Live(ctx, m)\n"},
	{"a gap is closed after an error", "catchup/catchup.go",
		"			return fmt.Errorf(\"read what was missed: %w\", err)\n", "			_ = fmt.Errorf(\"read what was missed: %w\", err)\n"},
	{"an empty page is taken for the end, without the right to read", "history/forward.go",
		"			return r.proveReadable(ctx, channel)\n", "			return nil\n"},
	{"what can't be read of a gap is forgotten", "catchup/catchup.go",
		"append(bodies, openedFor(g, unread)...), nil", "bodies, nil"},
	{"the loss of a channel's sight opens no gap", "catchup/access.go",
		"case !now && (heard || !known):", "case !now && heard && !known:"},
	{"a channel is left out if the log holds its last message", "catchup/read.go",
		"	for _, s := range c.spans(gaps) {\n",
		"	for _, s := range c.spans(gaps) {\n		if held, _ := c.Gate.Log().Find(c.Guild, s.ID, s.LastMessage); len(held) > 0 {\n			continue\n		}\n"},
	{"deletes of a downtime are found and not noted", "verify/compare.go",
		"	if c.Repair && len(gone) > 0 {\n", "	if false {\n"},
	{"channels deleted in a downtime are not noted", "patrol/find.go",
		"err = p.Gate.ChannelsDeleted(ctx, id)", "err = p.Gate.ChannelsDeleted(ctx)"},
	{"`<=` for `<` at the cutoff", "../projections/pages.go",
		"		g.each(ch, p, g.running.Cutoff, noEnd, func", "		g.each(ch, p, g.running.Cutoff-300<<22, noEnd, func"},
	{"the cutoff comes from the host's clock", "importer/partial.go",
		"return max(snowflake.AtMs(at.Ms()), snowflake.AtMs(g.Newest().Ms()+1), g.HighestCutoff())", "return snowflake.At(time.Now())"},
	{"the cursor is the page's last element", "history/walk.go",
		"		least = min(least, m.ID)\n	}\n	before := least\n", "		least = m.ID\n	}\n	before := least\n"},
	{"a short page is taken for the end", "history/walk.go",
		"		if end, err := r.reachedEnd(ctx, channel, at.seen); end || err != nil {\n			return err\n		}\n", "		return nil\n"},
	{"the import's cursor is ahead of its pages", "../projections/imports.go",
		"		c.Cursor = p.First\n", "		c.Cursor = p.First - 3600000<<22\n"},
	{"tombstones are forgotten: a delete before its message", "../projections/deletes.go",
		"			g.unmet.add(m.ID)\n", ""},
	{"bulk deletes are ignored", "route.go", `case "MESSAGE_DELETE", "MESSAGE_DELETE_BULK":`, `case "MESSAGE_DELETE":`},
	{"a cancelled import switches the count", "../projections/imports.go",
		"if outcome == eventlog.Completed && read != nil && read.Outcome == eventlog.Completed && !ch.deleted {", "if read != nil && !ch.deleted {"},
	{"a running import is shown", "../projections/pages.go",
		"func(c *cell, n uint32) { c.next += n })\n	case sideImport:", "func(c *cell, n uint32) { c.next += n; g.show(c, int64(n)) })\n	case sideImport:"},
	{"the last minutes are not read again, and nothing is compared before the end", "importer/importer.go",
		"	return im.complete(ctx, imp)\n", "	_ = im.complete\n	return im.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {\n		return []eventlog.Body{eventlog.ImportFinished{Import: imp.Number, Outcome: eventlog.Completed, At: imp.Start()}}, nil\n	})\n"},
	{"what comes live late is no repair", "gate/fresh.go", "	return append(bodies, late...), nil\n", "	_ = late\n	return bodies, nil\n"},
	{"an older answer overwrites what the gateway has told", "directory/access.go",
		"	if d.told != since {\n		return false\n	}\n	d.guild.OwnerID", "	d.guild.OwnerID"},
}

// TestDefects shows that the simulation can fail. Without -defects it only sees that the table is true to
// the code: each takes minutes.
func TestDefects(t *testing.T) {
	for _, d := range defects {
		overlay := d.build(t)
		if !*simDefects {
			continue
		}
		fmt.Printf("| %s | %s |\n", d.name, catches(t, d, overlay))
	}
}

// build writes the defective file, and the overlay that names it.
func (d defect) build(t *testing.T) (overlay string) {
	t.Helper()
	file, err := filepath.Abs(d.file)
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(code), d.old); n != 1 {
		t.Errorf("%q: the text to replace stands in %s %d times", d.name, d.file, n)
	}
	dir := t.TempDir()
	bent := filepath.Join(dir, "bent.go")
	if err := os.WriteFile(bent, []byte(strings.Replace(string(code), d.old, d.new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {file: bent}})
	if err != nil {
		t.Fatal(err)
	}
	overlay = filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return overlay
}

var failedSeed = regexp.MustCompile(`seed (\d+)[: ]`)

// catches returns the first seed that fails with a defect.
func catches(t *testing.T, d defect, overlay string) string {
	t.Helper()
	binary := filepath.Join(filepath.Dir(overlay), "bot.test")
	if out, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", binary, ".").CombinedOutput(); err != nil {
		t.Errorf("%q doesn't build: %s", d.name, out)
		return "–"
	}
	out, err := exec.Command(binary, "-test.run", "^TestSimulation$", "-test.failfast", "-first", "-seeds", fmt.Sprint(caughtWithin)).CombinedOutput()
	seed := failedSeed.FindSubmatch(out)
	if failed := new(exec.ExitError); !errors.As(err, &failed) || seed == nil {
		t.Errorf("%q is not caught by %d seeds: %v\n%.2000s", d.name, caughtWithin, err, out)
		return "–"
	}
	return string(seed[1])
}
