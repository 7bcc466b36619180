// Package picture draws what people see of a server's activity: messages by day, by weekday and hour, and
// the channels that most is written in. It knows figures only, nothing of Discord or of the log.
package picture

import (
	"fmt"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/go-analyze/charts"
)

// Figures are what is drawn.
type Figures struct {
	Bars     []Bar // messages over time, oldest first
	Unit     string
	Hours    *[7][24]uint64 // by time.Weekday and hour; nil: not drawn
	Zone     string         // of the hours
	Channels []Bar          // most first; none: not drawn
}

// Bar is a named number of messages.
type Bar struct {
	Name     string
	Messages uint64
}

// Sizes in pixels. Discord shows a picture 550 wide at the most, so this is sharp on dense screens too.
const (
	width        = 1100
	barsHeight   = 400
	noneHeight   = 130
	hoursHeight  = 350
	channelLine  = 38
	channelsHead = 84
	left         = 22
	headLine     = 50 // where the heading stands
)

// The colours stand on a ground of their own, for Discord's dark and light themes alike.
var theme = charts.MakeTheme(charts.ThemeOption{
	IsDarkMode:         true,
	BackgroundColor:    charts.ColorFromHex("#2b2d31"),
	TextColor:          charts.ColorFromHex("#e3e5e8"),
	AxisStrokeColor:    charts.ColorFromHex("#80848e"),
	AxisSplitLineColor: charts.ColorFromHex("#3f4248"),
	SeriesColors:       []charts.Color{charts.ColorFromHex("#7d8cff"), charts.ColorFromHex("#9aa6e8")},
})

// PNG draws the figures under each other. What there is nothing of has no picture, but for the bars.
func (f Figures) PNG() ([]byte, error) {
	panels := []panel{{"Messages by " + f.Unit, barsHeight, f.drawBars}}
	if !slices.ContainsFunc(f.Bars, func(b Bar) bool { return b.Messages > 0 }) {
		panels[0].height = noneHeight
	}
	if f.Hours != nil && *f.Hours != [7][24]uint64{} {
		panels = append(panels, panel{"When: weekday and hour, " + f.Zone + ". Brighter is more", hoursHeight, f.drawHours})
	}
	if len(f.Channels) > 0 {
		panels = append(panels, panel{"Where: the channels with most messages", channelsHead + channelLine*len(f.Channels), f.drawChannels})
	}
	height := 0
	for _, p := range panels {
		height += p.height
	}
	canvas := charts.NewPainter(charts.PainterOptions{Width: width, Height: height, Theme: theme})
	canvas.FilledRect(0, 0, width, height, theme.GetBackgroundColor(), theme.GetBackgroundColor(), 0)
	top := 0
	for _, p := range panels {
		part := canvas.Child(charts.PainterBoxOption(charts.NewBox(0, top, width, top+p.height)))
		if err := p.draw(part); err != nil {
			return nil, fmt.Errorf("draw: %w", err)
		}
		part.Text(p.heading, left, headLine, 0, titleFont) // the library's own headings touch the axis
		top += p.height
	}
	return canvas.Bytes()
}

// panel is one of the pictures.
type panel struct {
	heading string
	height  int
	draw    func(*charts.Painter) error
}

var (
	margin    = charts.NewBox(left, headLine+20, 36, 18)
	titleFont = charts.FontStyle{FontSize: 20, FontColor: charts.ColorFromHex("#e3e5e8")}
	labelFont = charts.FontStyle{FontSize: 15, FontColor: charts.ColorFromHex("#c7cad1")}
)

// whole writes the values of an axis: there are no parts of messages.
func whole(v float64) string {
	if v != float64(int64(v)) {
		return ""
	}
	return humanize.Comma(int64(v))
}
