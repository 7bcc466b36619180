package commands

import (
	"encoding/json"
	"testing"
)

// TestRoom reads how large a file may be.
func TestRoom(t *testing.T) {
	for data, want := range map[string]int{
		`{"id":"7"}`:                       10 << 20,
		`{"attachment_size_limit":0}`:      10 << 20,
		`{"attachment_size_limit":524288}`: 524288,
		`{"attachment_size_limit":10485760,"data":{"attachment_size_limit":5}}`: 10 << 20,
		`{"attachment_size_limit":104857600}`:                                   25<<20 - 64<<10,
	} {
		if got := roomIn(json.RawMessage(data)); got != want {
			t.Errorf("%s: %d, want %d", data, got, want)
		}
	}
}
