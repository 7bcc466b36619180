package commands

import (
	_ "embed"
	"slices"
	"strings"
)

// zonesText lists the names of the IANA database that are of a place, one a line: the Go library doesn't list them.
//
//go:embed zones.txt
var zonesText string

// mostChoices is how many choices Discord shows while somebody types.
const mostChoices = 25

// zoneNamed returns the time zone that somebody means: its name, or that of a city of one zone alone.
func zoneNamed(text string) (name string, ok bool) {
	text = plainZone(text)
	var of []string
	for _, z := range strings.Fields(zonesText) {
		plain := plainZone(z)
		if plain == text {
			return z, true
		}
		if _, city := cutLast(plain); city == text {
			of = append(of, z)
		}
	}
	if len(of) != 1 {
		return "", false
	}
	return of[0], true
}

// zonesLike returns zones whose names are like what somebody has typed so far, those of cities that begin so first; or
// else those that are like as many of the letters as any is. Discord takes no answer without choices.
func zonesLike(text string) (names []string) {
	letters := []rune(plainZone(text))
	for ; len(names) == 0; letters = letters[:max(len(letters)-1, 0)] {
		names = zonesWith(string(letters))
	}
	return names[:min(len(names), mostChoices)]
}

func zonesWith(text string) (names []string) {
	var within []string
	for _, z := range strings.Fields(zonesText) {
		plain := plainZone(z)
		switch _, city := cutLast(plain); {
		case strings.HasPrefix(city, text) || strings.HasPrefix(plain, text):
			names = append(names, z)
		case strings.Contains(plain, text):
			within = append(within, z)
		}
	}
	return append(names, within...)
}

// plainZone writes a zone's name, or a part of it, without what is often typed otherwise.
func plainZone(text string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(strings.Fields(text), "_")), "-", "_")
}

func cutLast(zone string) (region, city string) {
	at := strings.LastIndexByte(zone, '/')
	return zone[:max(at, 0)], zone[at+1:]
}

// hints writes names for an error.
func hints(names []string) string {
	quoted := slices.Clone(names[:min(len(names), 5)])
	for i, name := range quoted {
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, ", ")
}
