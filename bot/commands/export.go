package commands

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/bwmarrin/discordgo"
	"github.com/dustin/go-humanize"

	"tally/bot/export"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// What Discord takes: of one file, where the interaction doesn't say, and of a request as a whole, less room for the
// rest of the message.
const (
	usualRoom   = 10 << 20
	requestRoom = 25<<20 - 64<<10
)

func (r *Router) export() command {
	choice := func(label, value string) *discordgo.ApplicationCommandOptionChoice {
		return &discordgo.ApplicationCommandOptionChoice{Name: label, Value: value}
	}
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "export", Description: "A file with messages by user, channel and day, for you alone",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{
				{
					Type: discordgo.ApplicationCommandOptionString, Name: "format", Description: "CSV for spreadsheets (without it), or JSON for programs",
					Choices: []*discordgo.ApplicationCommandOptionChoice{choice("CSV", export.CSV), choice("JSON", export.JSON)},
				},
				periodOption(),
				{Type: discordgo.ApplicationCommandOptionBoolean, Name: "gzip", Description: "Packed: far smaller"},
			},
		},
		handle:  r.reading(r.handleExport),
		private: true, // channels that not everybody may see are in it
	}
}

func (r *Router) handleExport(_ context.Context, i interaction) (reply, error) {
	s := spanOf(i)
	g, w, err := s.count(i)
	if err != nil {
		return reply{}, err
	}
	rows, err := g.UserDays(i.target.Gate.Log(), w)
	if err != nil {
		return reply{}, err
	}
	f := exportFile{guild: i.target.Guild, format: export.CSV, gzip: i.flag("gzip"), room: i.room, rows: rows}
	if named, ok := i.option("format").(string); ok {
		f.format = named
	}
	data, err := f.fit(s)
	if err != nil {
		return reply{}, err
	}
	sum := uint64(0)
	for _, row := range rows {
		sum += row.Messages
	}
	rep := reply{
		embed: &discordgo.MessageEmbed{
			Title: "Export of " + i.target.Directory.Name() + s.title(), Color: colourInfo,
			Description: fmt.Sprintf("%s in %s: by day (%s), channel and user.", count(sum, "message"), count(len(rows), "row"), g.Calendar().Zone()),
		},
		files: []*discordgo.File{{Name: f.name(s, g.Calendar().DayOf(i.id.Time())), ContentType: f.contentType(), Reader: bytes.NewReader(data)}},
	}
	rep.note(incomplete(i.target, 0))
	return rep, nil
}

// exportFile is the file that is asked for.
type exportFile struct {
	guild  snowflake.ID
	format string
	gzip   bool
	room   int // how large it may be
	rows   []projections.UserDay
}

func (f exportFile) name(s span, at projections.Day) string {
	name := fmt.Sprintf("messages-%s-%s.%s", s.period.name, at, f.format)
	if f.gzip {
		name += ".gz"
	}
	return name
}

func (f exportFile) contentType() string {
	switch {
	case f.gzip:
		return "application/gzip"
	case f.format == export.JSON:
		return "application/json"
	}
	return "text/csv"
}

// fit returns the file, or says what to do where Discord takes none so large.
func (f exportFile) fit(s span) ([]byte, error) {
	whole, err := f.write()
	if err != nil || whole.size <= f.room {
		return whole.Bytes(), err
	}
	packed := whole
	if !f.gzip {
		f.gzip = true
		if packed, err = f.write(); err != nil {
			return nil, err
		}
	}
	advice := "Have the one who runs the bot write it: `tally export --guild " + f.guild.String() + " --format " + f.format + " --out FILE`, with --data and the bot's folder. It may also be Parquet."
	if s.period.name != periods[0].name {
		advice = "Ask for a shorter `period`. Or: " + advice
	}
	if packed.size <= f.room {
		advice = fmt.Sprintf("With `gzip:True` it has %s. Or: ", humanize.IBytes(uint64(packed.size))) + advice
	}
	return nil, userError(fmt.Sprintf("The file has %s, and Discord takes %s here. ", humanize.IBytes(uint64(whole.size)), humanize.IBytes(uint64(f.room))) + advice)
}

// write writes the file, as far as there is room.
func (f exportFile) write() (*measured, error) {
	to := &measured{room: f.room}
	var packed io.WriteCloser
	var out io.Writer = to
	if f.gzip {
		packed = gzip.NewWriter(to)
		out = packed
	}
	w := export.New(out, f.format)
	err := errors.Join(w.Write(f.guild, f.rows), w.Close())
	if packed != nil {
		err = errors.Join(err, packed.Close())
	}
	return to, err
}

// measured keeps what is written to it as far as there is room, and counts all of it.
type measured struct {
	bytes.Buffer
	room, size int
}

func (m *measured) Write(b []byte) (int, error) {
	if m.size += len(b); m.size <= m.room {
		return m.Buffer.Write(b)
	}
	m.Buffer = bytes.Buffer{} // it won't be sent
	return len(b), nil
}

// roomIn reads from an interaction how large a file may be.
func roomIn(data json.RawMessage) int {
	var said struct {
		Limit int `json:"attachment_size_limit"`
	}
	if err := json.Unmarshal(data, &said); err != nil || said.Limit <= 0 {
		return usualRoom
	}
	return min(said.Limit, requestRoom)
}
