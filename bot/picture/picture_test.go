package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"strings"
	"testing"
	"time"
)

func figures(days int, most float64) Figures {
	f := Figures{Unit: "day", Hours: &[7][24]uint64{}}
	for d := range days {
		f.Bars = append(f.Bars, Bar{time.Date(2026, 1, 1+d, 0, 0, 0, 0, time.UTC).Format("2 Jan"), uint64(most * (1 + math.Cos(float64(d)/5)) / 2)})
	}
	for d := range 7 {
		for h := range 24 {
			f.Hours[d][h] = uint64(most * math.Abs(math.Sin(float64(d+h)/7)))
		}
	}
	for c := range min(days, 8) {
		f.Channels = append(f.Channels, Bar{fmt.Sprintf("#channel-%d", c), uint64(most) * uint64(9-c) / 9})
	}
	return f
}

// one is a single message.
func one() Figures {
	f := Figures{Unit: "hour, UTC", Hours: &[7][24]uint64{}, Bars: figures(24, 0).Bars, Channels: []Bar{{"#general", 1}}}
	f.Hours[time.Tuesday][9], f.Bars[9].Messages = 1, 1
	return f
}

// names are channels' names, and what is drawn of each.
var names = [][2]string{
	{"#general", "#general"}, {"#общий-чат", "#общий-чат"}, {"#ελληνικά", "#ελληνικά"}, {"hidden or deleted channels", "hidden or deleted channels"},
	{"#🎮gaming", "#gaming"}, {"#雑談部屋", "channel 6"}, {"#🎉-🎉", "channel 7"}, {"#" + strings.Repeat("long-name-", 9), "#long-name-long-name-long…"},
}

func named() (channels []Bar) {
	for i, n := range names {
		channels = append(channels, Bar{n[0], 12_345_678 / uint64(i*i*i+1)})
	}
	return channels
}

// TestNames writes what the font has letters for.
func TestNames(t *testing.T) {
	for i, n := range names {
		if got := drawable(n[0], i+1); got != n[1] {
			t.Errorf("%q becomes %q, want %q", n[0], got, n[1])
		}
	}
}

// written reports whether there is something light within a part of a picture.
func written(m image.Image, part image.Rectangle) bool {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if r, g, b, _ := m.At(x, y).RGBA(); min(r, g, b) > 0xb000 {
				return true
			}
		}
	}
	return false
}

// TestPNG draws nothing, one message and ten million. With TALLY_PICTURES=DIR the pictures are kept, to be looked at.
func TestPNG(t *testing.T) {
	for name, f := range map[string]Figures{
		"none": {Unit: "day", Hours: &[7][24]uint64{}, Bars: make([]Bar, 30)}, "one": one(), "few": figures(7, 3),
		"many": figures(90, 10_000_000/90), "bars": {Unit: "hour", Bars: figures(24, 50).Bars}, "empty": {Unit: "day"}, "names": {Unit: "day", Bars: figures(2, 9).Bars, Channels: named()},
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
			t.Fatalf("%s: %v, %v", name, picture.Bounds(), err)
		}
		if small := picture.Bounds().Dy() == noneHeight; small != (name == "none" || name == "empty") {
			t.Errorf("%s is %d high", name, picture.Bounds().Dy())
		}
		if !written(picture, image.Rect(left, headLine-20, left+200, headLine)) {
			t.Errorf("%s has no heading", name)
		}
	}
}
