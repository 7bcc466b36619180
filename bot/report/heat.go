package report

import "fmt"

// heat is the table of weekdays and hours. A level is 0 for nothing, else 1 to 6.
type heat struct {
	Rows    []heatRow
	Summary string
}

type heatRow struct {
	Weekday string
	Cells   []heatCell
}

type heatCell struct {
	N     uint64
	Level uint64
}

const heatLevels = 6

var weekdays = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

func heatOf(hours [7][24]uint64) *heat {
	most, day, hour := uint64(0), 0, 0
	for d, row := range hours {
		for h, n := range row {
			if n > most {
				most, day, hour = n, d, h
			}
		}
	}
	if most == 0 {
		return nil
	}
	h := &heat{Summary: fmt.Sprintf("The busiest hour is %s at %02d:00, with %s.", weekdays[day], hour, messages(most))}
	for d, row := range hours {
		r := heatRow{Weekday: weekdays[d]}
		for _, n := range row {
			r.Cells = append(r.Cells, heatCell{n, (n*heatLevels + most - 1) / most})
		}
		h.Rows = append(h.Rows, r)
	}
	return h
}
