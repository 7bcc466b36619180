package gate

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// placeThreads tells of threads that the records have pages of whose they are, where the log doesn't know it and they
// are excluded with their channel: so none of it is shown even for a moment.
func (g *Gate) placeThreads(records [][]eventlog.Body) {
	s := g.state.Settings()
	if g.Parent == nil || len(s.Excluded)+len(s.Within) == 0 {
		return
	}
	told := map[snowflake.ID]bool{}
	for i, bodies := range records {
		for _, body := range bodies {
			if c, ok := body.(eventlog.ChannelChecked); ok { // what is tried again has told it
				told[c.Channel] = true
			}
			p, ok := body.(*eventlog.Page)
			if !ok || told[p.Channel] || g.state.ParentOf(p.Channel) != 0 {
				continue
			}
			if parent := g.Parent(p.Channel); parent != 0 && s.Excludes(parent) {
				told[p.Channel] = true
				records[i] = append([]eventlog.Body{eventlog.ChannelChecked{Channel: p.Channel, Parent: parent}}, records[i]...)
			}
		}
	}
}
