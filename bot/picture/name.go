package picture

import (
	"fmt"
	"strings"

	"github.com/go-analyze/charts"
)

// longestName is how many characters of a name are drawn; Discord's may have 100.
const longestName = 26

// drawable makes a name that the fonts can write: they have Latin, Greek and Cyrillic letters, no emoji and none of
// Chinese, Japanese or Korean. A name that has nothing else becomes its place.
func drawable(name string, place int) string {
	font, second := charts.GetDefaultFont(), charts.GetFont(charts.FontFamilyNotoSans) // the library's own order
	var kept []rune
	letters := false
	for _, r := range name {
		if font.Index(r) != 0 || second.Index(r) != 0 {
			kept = append(kept, r)
			letters = letters || !strings.ContainsRune("#-_ ", r)
		}
	}
	switch {
	case !letters:
		return fmt.Sprintf("channel %d", place)
	case len(kept) > longestName:
		return string(kept[:longestName-1]) + "…"
	}
	return string(kept)
}
