package rest

// waiter stands in line.
type waiter struct {
	weight float64
	number uint64 // who came first goes first among equals
	place  int    // in the line; below 0: not any more
	called chan struct{}
}

// line is a heap with the heaviest first.
type line []*waiter

func (l line) Len() int { return len(l) }

func (l line) Less(i, j int) bool {
	if l[i].weight != l[j].weight {
		return l[i].weight > l[j].weight
	}
	return l[i].number < l[j].number
}

func (l line) Swap(i, j int) {
	l[i], l[j] = l[j], l[i]
	l[i].place, l[j].place = i, j
}

func (l *line) Push(w any) {
	w.(*waiter).place = len(*l)
	*l = append(*l, w.(*waiter))
}

func (l *line) Pop() any {
	last := (*l)[len(*l)-1]
	(*l)[len(*l)-1] = nil
	*l = (*l)[:len(*l)-1]
	last.place = -1
	return last
}
