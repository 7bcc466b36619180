package picture

import (
	"strconv"

	"github.com/go-analyze/charts"
)

// mostTimes is how many labels fit under the bars.
const mostTimes = 7

func (f Figures) drawBars(p *charts.Painter) error {
	values, names := split(f.Bars)
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Theme, o.Padding, o.Title = theme, margin, title("Messages by "+f.Unit)
	o.CategoryAxis.Labels, o.CategoryAxis.LabelFontStyle = names, labelFont
	o.CategoryAxis.LabelCount = min(len(names), mostTimes)
	o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: labelFont, ValueFormatter: whole}}
	return p.BarChart(o)
}

// drawHours has a row for each weekday, from Monday on.
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
	o.Theme, o.Padding, o.Title = theme, margin, title("When: weekday and hour, "+f.Zone)
	o.YAxis = charts.HeatMapAxis{Labels: names, LabelFontStyle: labelFont}
	o.XAxis = charts.HeatMapAxis{Labels: hours, LabelFontStyle: labelFont}
	o.ScaleMinValue, o.BaseColorIndex = charts.Ptr(0.0), 1
	return p.HeatMapChart(o)
}

// drawChannels has the first channel at the top.
func (f Figures) drawChannels(p *charts.Painter) error {
	values, names := split(f.Channels)
	for i, j := 0, len(values)-1; i < j; i, j = i+1, j-1 {
		values[i], values[j] = values[j], values[i]
		names[i], names[j] = names[j], names[i]
	}
	o := charts.NewBarChartOptionWithData([][]float64{values})
	o.Horizontal = true
	o.Theme, o.Padding, o.Title = theme, margin, title("Where: the channels with most messages")
	o.CategoryAxis.Labels, o.CategoryAxis.LabelFontStyle = names, labelFont
	o.ValueAxis = []charts.ValueAxisOption{{Min: charts.Ptr(0.0), LabelFontStyle: labelFont, ValueFormatter: short, LabelCount: 6}}
	return p.BarChart(o)
}

func split(bars []Bar) (values []float64, names []string) {
	for _, b := range bars {
		values, names = append(values, float64(b.Messages)), append(names, b.Name)
	}
	return values, names
}
