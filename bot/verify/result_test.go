package verify

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAccuracy(t *testing.T) {
	for _, c := range []struct {
		result Result
		want   string
	}{
		{Result{}, "100%"},
		{Result{Counted: 5, Expected: 5}, "100%"},
		{Result{Counted: 99_996, Expected: 100_000, Missing: 4}, "99.99%"},
		{Result{Counted: 1_000_000_000, Expected: 1_000_000_001, Missing: 1}, "99.99%"},
		{Result{Counted: 100_000, Expected: 99_996, Extra: 4}, "99.99%"},
		{Result{Counted: 9, Expected: 10, Missing: 1}, "90.00%"},
		{Result{Counted: 10, Expected: 10, Missing: 1, Extra: 1}, "80.00%"},
		{Result{Counted: 10, Expected: 10, Duplicates: 10}, "50.00%"},
		{Result{Expected: 10, Missing: 10}, "0.00%"},
		{Result{Counted: 10, Extra: 10}, "0.00%"},
		{Result{Counted: 10, Expected: 10, Missing: 10, Extra: 10}, "0.00%"},
		{Result{Counted: 1, Expected: 20_000, Missing: 19_999}, "0.00%"},
		{Result{Duplicates: 1}, "0.00%"},
		{Result{Counted: 8, Expected: 1000, Missing: 992}, "0.80%"},
	} {
		if got := c.result.Accuracy(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.result, got, c.want)
		}
	}
}

// TestAccuracyIsNeverRoundedUp has only what is exact be 100 %.
func TestAccuracyIsNeverRoundedUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		both := rapid.Uint64Range(0, 1<<40).Draw(t, "both")
		missing, extra := rapid.Uint64Range(0, 3).Draw(t, "missing"), rapid.Uint64Range(0, 3).Draw(t, "extra")
		r := Result{Counted: both + extra, Expected: both + missing, Missing: missing, Extra: extra, Duplicates: rapid.Uint64Range(0, 1).Draw(t, "duplicates")}
		if got := r.Accuracy(); (got == "100%") != r.Exact() || got == "100.00%" {
			t.Fatalf("%+v is %s", r, got)
		}
	})
}
