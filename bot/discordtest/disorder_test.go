package discordtest

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// pageIDs asks for a history page.
func pageIDs(t testing.TB, s *Server, ch snowflake.ID, mode string, cursor snowflake.ID, limit int) (ids []snowflake.ID) {
	t.Helper()
	path := fmt.Sprintf("/channels/%s/messages?limit=%d", ch, limit)
	if mode != "" {
		path += fmt.Sprintf("&%s=%s", mode, cursor)
	}
	var list []struct {
		ID snowflake.ID `json:"id"`
	}
	get(t, s, path).into(t, &list)
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func milliseconds(ids []snowflake.ID) (ms []int64) {
	for _, id := range ids {
		ms = append(ms, id.Ms())
	}
	return ms
}

// TestDisorder holds pages out of order and short ones against those of the model.
func TestDisorder(t *testing.T) {
	s := newServer(t, Options{MixedMilliseconds: true, ShortPages: 40})
	g := s.AddGuild("test")
	wrong, short := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		ch := g.AddChannel(ChannelSpec{})
		defer g.DeleteChannel(ch)
		ids := rapid.SliceOfNDistinct(rapid.Custom(func(rt *rapid.T) snowflake.ID {
			return snowflake.AtMs(1<<41) + snowflake.ID(rapid.IntRange(0, 5).Draw(rt, "ms"))<<22 + snowflake.ID(rapid.IntRange(0, 9).Draw(rt, "n"))
		}), 1, 40, rapid.ID).Draw(rt, "ids")
		for _, id := range ids {
			s.Send(ch, Message{ID: id})
		}
		mode := rapid.SampledFrom([]string{"", "before", "after"}).Draw(rt, "mode")
		cursor, limit := rapid.SampledFrom(ids).Draw(rt, "cursor"), rapid.IntRange(1, 50).Draw(rt, "limit")
		got, want := pageIDs(t, s, ch, mode, cursor, limit), page(ids, mode, cursor, limit)
		if again := pageIDs(t, s, ch, mode, cursor, limit); !slices.Equal(got, again) {
			rt.Fatalf("%v, then %v", got, again)
		}
		for _, id := range got {
			if !slices.Contains(ids, id) || mode == "before" && id >= cursor || mode == "after" && id <= cursor {
				rt.Fatalf("%s %s: %s", mode, cursor, id)
			}
		}
		near := want[:min(len(got), len(want))]
		if mode == "after" {
			near = want[len(want)-len(near):]
		}
		if len(got) > len(want) || (len(got) == 0) != (len(want) == 0) || !slices.Equal(milliseconds(got), milliseconds(near)) {
			rt.Fatalf("got %v, want of %v", got, want)
		}
		if len(got) < len(want) {
			short++
		}
		if !slices.Equal(got, near) {
			wrong++
		}
	})
	if wrong == 0 || short == 0 {
		t.Errorf("%d pages were out of order, %d were short", wrong, short)
	}
}

// TestMixedAcrossPages: a page ends in the middle of a millisecond, whose smallest id is on the next one.
func TestMixedAcrossPages(t *testing.T) {
	s, _, ch := newChannel(t, Options{MixedMilliseconds: true})
	var ids []snowflake.ID
	for n := range 20 {
		ids = append(ids, snowflake.AtMs(1<<41)+snowflake.ID(n))
		s.Send(ch, Message{ID: ids[n]})
	}
	first := pageIDs(t, s, ch, "", 0, 19)
	missing := slices.DeleteFunc(slices.Clone(ids), func(id snowflake.ID) bool { return slices.Contains(first, id) })
	if len(missing) != 1 || missing[0] == ids[0] {
		t.Errorf("missing on the first page: %v; the smallest id would be no disorder", missing)
	}
	if all := pageIDs(t, s, ch, "before", snowflake.AtMs(1<<41+1), 100); len(all) != 20 {
		t.Errorf("%d of 20 when the millisecond is read again", len(all))
	}
}
