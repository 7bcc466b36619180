package main

import (
	"maps"
	"testing"

	"tally/eventlog/snowflake"
)

// TestPeersCountTheSame has each peer keep the same server: without this, comparing them is worth nothing.
func TestPeersCountTheSame(t *testing.T) {
	made := generate(20_000)
	if made.messages != 20_000 || len(made.truth) < 100 {
		t.Fatalf("the server has %d messages of %d people", made.messages, len(made.truth))
	}
	for _, e := range entries() {
		t.Run(e.name, func(t *testing.T) {
			p, err := e.open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.close(); err != nil {
					t.Error(err)
				}
			}()
			if err := p.append(made.pages); err != nil {
				t.Fatal(err)
			}
			if err := p.finish(); err != nil {
				t.Fatal(err)
			}
			same(t, p, made.truth)
			want := maps.Clone(made.truth)
			for i := range 20 {
				m := made.live(i)
				want[m.author]++
				if err := p.live(m); err != nil {
					t.Fatal(err)
				}
			}
			same(t, p, want)
		})
	}
}

func same(t *testing.T, p peer, want map[snowflake.ID]uint64) {
	t.Helper()
	got, err := p.recount()
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(got, want) {
		t.Errorf("it counts %d people otherwise than they wrote (%d)", len(got), len(want))
	}
}
