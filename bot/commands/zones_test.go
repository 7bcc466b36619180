package commands

import (
	"slices"
	"strings"
	"testing"

	"tally/projections"
)

// TestZonesAreThere loads every zone that is listed.
func TestZonesAreThere(t *testing.T) {
	all := strings.Fields(zonesText)
	for _, name := range all {
		if _, err := projections.LoadZone(name); err != nil {
			t.Error(err)
		}
	}
	if len(all) < 400 || !slices.IsSorted(all) || len(slices.Compact(all)) != len(strings.Fields(zonesText)) {
		t.Errorf("%d zones", len(all))
	}
}

// TestZoneNamed has people write names as they do.
func TestZoneNamed(t *testing.T) {
	for text, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", "europe/berlin": "Europe/Berlin", "Berlin": "Europe/Berlin", " new york ": "America/New_York",
		"America/New York": "America/New_York", "port-au-prince": "America/Port-au-Prince", "utc": "UTC", "Etc/GMT+12": "Etc/GMT+12",
		"": "", "Europe": "", "Berlni": "", "Local": "", "../UTC": "",
		"louisville": "", // there are two: the old name stands for the other
	} {
		if got, ok := zoneNamed(text); got != want || ok != (want != "") {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// TestZonesLike suggests cities first, and something for any text.
func TestZonesLike(t *testing.T) {
	for text, want := range map[string]string{
		"ber": "Europe/Berlin", "san": "America/Santiago", "europe/b": "Europe/Belgrade", "Berlni": "Europe/Berlin", "xyz": "America/Phoenix", "ö": "Africa/Abidjan", "": "Africa/Abidjan",
	} {
		got := zonesLike(text)
		if len(got) > mostChoices || !slices.Contains(got, want) {
			t.Errorf("%q: %v", text, got)
		}
	}
}
