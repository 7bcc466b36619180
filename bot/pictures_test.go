package bot

import (
	"bytes"
	"context"
	"flag"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

var drawPictures = flag.Bool("pictures", false, "draw the README's pictures of /activity and /message-count anew")

// readmePictures is where they are.
const readmePictures = "picture/pictures"

// TestReadmePictures holds the pictures in the README to what the bot draws.
func TestReadmePictures(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 3, 18, 21, 0, 0, 0, time.UTC), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("readme")
	w.gossip(s)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	for command, options := range map[string]map[string]any{"activity": {"period": "year"}, "message-count": nil} {
		w.readmePicture(s, command, options)
	}
}

// gossip has people write for a year and a half, more in the evening and on weekends, each in some channels.
func (w *world) gossip(s server) {
	rng := rand.New(rand.NewPCG(3, 4))
	channels := []snowflake.ID{s.general}
	for _, name := range []string{"showcase", "help", "music", "games", "off-topic", "announcements", "book-club"} {
		channels = append(channels, s.AddChannel(discordtest.ChannelSpec{Name: name}))
	}
	people := []snowflake.ID{s.ann, s.bob}
	for range 38 {
		people = append(people, s.AddUser("somebody", false))
	}
	const busy = "631000012334555545678998" // by hour
	begin, end := time.Date(2024, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 18, 20, 0, 0, 0, time.UTC)
	for n := 0; n < 6000; {
		at := begin.Add(time.Duration(rng.Int64N(int64(end.Sub(begin)))))
		if weekend := at.Weekday()%6 == 0; rng.IntN(10) > int(busy[at.Hour()]-'0') || !weekend && rng.IntN(3) == 0 {
			continue
		}
		n++
		author := people[rng.IntN(1+rng.IntN(len(people)))]
		w.Send(channels[rng.IntN(1+rng.IntN(len(channels)))], discordtest.Message{Author: author, ID: snowflake.At(at) + snowflake.ID(n)})
	}
}

// readmePicture asks for a picture as ann, and keeps it or holds it to the one that is kept.
func (w *world) readmePicture(s server, command string, options map[string]any) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.ann, Name: command, Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := i.Wait(ctx, func(r discordtest.Reply) bool { return len(r.Files) == 1 })
	if err != nil {
		w.t.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(r.Files[0].Data))
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(readmePictures, command+".png")
	if *drawPictures {
		var small bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, drawn); err != nil {
			w.t.Fatal(err)
		}
		if err := os.WriteFile(path, small.Bytes(), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	kept, err := png.Decode(bytes.NewReader(b))
	if err != nil || len(b) > 100_000 {
		w.t.Fatalf("%s: %d bytes, %v", path, len(b), err)
	}
	if differs := differing(kept, drawn); differs > 0.001 {
		w.t.Errorf("%s: %.2f %% of it is not what the bot draws: `make pictures` draws it anew", path, 100*differs)
	}
}

// differing returns which part of two pictures' pixels differs clearly: machines may round the edges of letters
// differently.
func differing(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	n := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, bl2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r) - int(r2), int(g) - int(g2), int(bl) - int(bl2)} {
				if max(d, -d) > 0x4000 {
					n++
					break
				}
			}
		}
	}
	return float64(n) / float64(a.Bounds().Dx()*a.Bounds().Dy())
}
