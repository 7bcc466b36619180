package picture

import (
	"slices"
	"strconv"

	"github.com/go-analyze/charts"
)

const (
	// mostTimes is how many labels fit under the bars.
	mostTimes = 7
	// fewMessages is up to how many messages the axis has a line for each: there are no parts of messages.
	fewMessages = 6
	// labelRoom is what the longest bar leaves for the number behind it: bars end at this part of the axis.
	labelRoom = 1.16
)

func (f Figures) drawBars(p *charts.Painter) error {
	values, names := split(f.Bars)
	most := slices.Max(append(values, 0))
	if most == 0 {
		return nothing(p)
	}
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Theme, o.Padding = theme, margin
	o.CategoryAxis = charts.CategoryAxisOption{
		Labels: sparse(names), LabelCount: len(names), LabelFontStyle: labelFont, BoundaryGap: charts.Ptr(true),
	}
	axis := charts.ValueAxisOption{Min: charts.Ptr(0.0), LabelFontStyle: labelFont, ValueFormatter: whole}
	if most <= fewMessages {
		axis.Max, axis.LabelCount = &most, int(most)+1
	}
	o.ValueAxis = []charts.ValueAxisOption{axis}
	return p.BarChart(o)
}

// sparse leaves as many names as fit, each under its own bar.
func sparse(names []string) []string {
	step := max((len(names)+mostTimes-1)/mostTimes, 1)
	few := make([]string, len(names))
	for i := 0; i < len(names); i += step {
		few[i] = names[i]
	}
	return few
}

// drawHours has a row for each weekday, from Monday on. The more messages, the brighter; what has none stays dark.
func (f Figures) drawHours(p *charts.Painter) error {
	var rows [][]float64
	var names, hours []string
	for i, name := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
		row := make([]float64, 24)
		for hour, n := range f.Hours[(i+1)%7] {
			if row[hour] = float64(n); n == 0 {
				row[hour] = charts.GetNullValue() // left empty
			}
		}
		rows, names = append(rows, row), append(names, name)
	}
	for hour := range 24 {
		hours = append(hours, strconv.Itoa(hour))
	}
	o := charts.NewHeatMapOptionWithData(rows)
	o.Theme, o.Padding = theme, margin
	o.YAxis = charts.HeatMapAxis{Labels: names, LabelFontStyle: labelFont}
	o.XAxis = charts.HeatMapAxis{Labels: hours, LabelFontStyle: labelFont}
	o.ScaleMinValue, o.BaseColorIndex = charts.Ptr(0.0), 1
	return p.HeatMapChart(o)
}

// drawChannels has the first channel at the top, and each one's number behind its bar.
func (f Figures) drawChannels(p *charts.Painter) error {
	values, names := split(f.Channels)
	for i, name := range names {
		names[i] = drawable(name, i+1)
	}
	slices.Reverse(values)
	slices.Reverse(names)
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Horizontal = true
	o.Theme, o.Padding = theme, margin
	o.CategoryAxis.Labels, o.CategoryAxis.LabelFontStyle = names, labelFont
	o.ValueAxis = []charts.ValueAxisOption{{
		Show: charts.Ptr(false), SplitLineShow: charts.Ptr(false), Min: charts.Ptr(0.0), Max: charts.Ptr(slices.Max(values) * labelRoom),
	}}
	o.SeriesList[0].Label = charts.SeriesLabel{Show: charts.Ptr(true), FontStyle: labelFont, ValueFormatter: whole}
	return p.BarChart(o)
}

// nothing stands for a picture of no messages.
func nothing(p *charts.Painter) error {
	p.Text("No messages.", left, headLine+50, 0, labelFont)
	return nil
}

func split(bars []Bar) (values []float64, names []string) {
	for _, b := range bars {
		values, names = append(values, float64(b.Messages)), append(names, b.Name)
	}
	return values, names
}
