package discordtest

import (
	"cmp"
	"slices"

	"tally/eventlog/snowflake"
)

// page appends the indices of a history page to to, newest first, in the disorder that the options ask for.
func (l *rowList) page(to []int, req *HistoryRequest, o *Options) []int {
	cursor, forward := req.Cursor, req.Mode == "after"
	switch req.Mode {
	case "around":
		return l.around(to, cursor, req.Limit)
	case "after":
		to = l.after(to, cursor, req.Limit)
	case "before":
		to = l.before(to, cursor, req.Limit)
	default:
		cursor = ^snowflake.ID(0)
		to = l.before(to, cursor, req.Limit)
	}
	if o.MixedMilliseconds {
		to = nearest(l.mix(to, cursor, forward), req.Limit, forward)
	}
	return nearest(to, l.shorter(to, req, o), forward)
}

// nearest returns the n entries of a page that are nearest to its cursor.
func nearest(page []int, n int, forward bool) []int {
	n = min(n, len(page))
	if forward {
		return slices.Delete(page, 0, len(page)-n)
	}
	return page[:n]
}

// mix brings the ids of each millisecond into an order of their own, which is always the same. The
// millisecond at the page's far end comes whole, so that the page can be cut anew.
func (l *rowList) mix(page []int, cursor snowflake.ID, forward bool) []int {
	if len(page) == 0 {
		return page
	}
	far, step := page[len(page)-1], -1
	if forward {
		far, step = page[0], 1
	}
	ms := l.list[far].id.Ms()
	for i := far + step; i >= 0 && i < len(l.list) && l.list[i].id.Ms() == ms; i += step {
		if !l.list[i].dead {
			page = append(page, i)
		}
	}
	slices.SortFunc(page, func(a, b int) int {
		x, y := l.list[a].id, l.list[b].id
		return cmp.Or(cmp.Compare(y.Ms(), x.Ms()), cmp.Compare(scatter(y), scatter(x)))
	})
	return page
}

// shorter returns how many messages of a page are given. In a mixed history a short page ends between two
// milliseconds: nobody could read on behind one that ends in the middle of all that it holds.
func (l *rowList) shorter(page []int, req *HistoryRequest, o *Options) int {
	chance := scatter(req.Cursor ^ req.Channel ^ snowflake.ID(len(page)))
	if len(page) < 2 || int(chance%100) >= o.ShortPages {
		return len(page)
	}
	n := 1 + int(chance/100%uint64(len(page)-1))
	at := func(i int) int64 {
		if req.Mode == "after" {
			i = len(page) - 1 - i
		}
		return l.list[page[i]].id.Ms()
	}
	for o.MixedMilliseconds && n < len(page) && at(n-1) == at(n) {
		n++
	}
	return n
}

// scatter is a one-to-one hash.
func scatter(id snowflake.ID) uint64 {
	x := uint64(id) + 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
