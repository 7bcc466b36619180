package picture

import (
	"bytes"
	"fmt"
	"image/png"
	"math"
	"os"
	"testing"
	"time"
)

func figures(days int, most float64) Figures {
	f := Figures{Unit: "day", Hours: &[7][24]uint64{}}
	for d := range days {
		f.Bars = append(f.Bars, Bar{time.Date(2026, 1, 1+d, 0, 0, 0, 0, time.UTC).Format("2 Jan"), uint64(most * (1 + math.Sin(float64(d)/5)) / 2)})
	}
	for d := range 7 {
		for h := range 24 {
			f.Hours[d][h] = uint64(most * math.Abs(math.Sin(float64(d+h)/7)))
		}
	}
	for c := range min(days, 8) {
		f.Channels = append(f.Channels, Bar{fmt.Sprintf("#channel-%d", c), uint64(most) * uint64(9-c)})
	}
	return f
}

// TestPNG draws nothing, one message and ten million. With TALLY_PICTURES=DIR the pictures are kept, to be looked at.
func TestPNG(t *testing.T) {
	for name, f := range map[string]Figures{
		"none": {Unit: "day", Hours: &[7][24]uint64{}, Bars: make([]Bar, 30)}, "one": figures(1, 1), "few": figures(7, 3),
		"many": figures(90, 10_000_000/90), "bars": {Unit: "hour", Bars: figures(24, 50).Bars}, "empty": {Unit: "day"},
	} {
		b, err := f.PNG()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if dir := os.Getenv("TALLY_PICTURES"); dir != "" {
			if err := os.WriteFile(dir+"/"+name+".png", b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		picture, err := png.Decode(bytes.NewReader(b))
		if err != nil || picture.Bounds().Dx() != width {
			t.Errorf("%s: %v, %v", name, picture.Bounds(), err)
		}
	}
}
