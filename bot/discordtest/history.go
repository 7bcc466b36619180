package discordtest

import (
	"net/http"
	"strconv"
	"sync"

	"tally/eventlog/snowflake"
)

// pageBuffer is what serving a page needs; they are used again and again.
type pageBuffer struct {
	index []int
	views []view
	json  []byte
}

var pageBuffers = sync.Pool{New: func() any { return &pageBuffer{} }}

// history answers GET /channels/{c}/messages.
func (c *call) history() *apiError {
	if c.pageErr != nil {
		return c.pageErr
	}
	req := c.page
	ch, err := c.readableChannel()
	if err != nil {
		return err
	}
	c.s.rules.history(*req)
	buf := pageBuffers.Get().(*pageBuffer)
	defer pageBuffers.Put(buf)
	m, err := buf.copy(ch, req)
	if err != nil {
		return err
	}
	buf.json = append(buf.json[:0], '[')
	for i := range buf.views {
		if i > 0 {
			buf.json = append(buf.json, ',')
		}
		buf.json = m.append(buf.json, &buf.views[i])
	}
	buf.json = append(buf.json, ']')
	if n := len(buf.views); n > 0 {
		req.Served, req.Newest, req.Oldest = n, buf.views[0].row.id, buf.views[n-1].row.id
	}
	return c.raw(http.StatusOK, buf.json)
}

// copy takes a page out of a channel, so that it can be written without a lock. The permissions
// are looked at here again: a hook may have changed them.
func (b *pageBuffer) copy(ch *channel, req *HistoryRequest) (marshaller, *apiError) {
	g := ch.guild
	g.mu.RLock()
	defer g.mu.RUnlock()
	b.index, b.views = b.index[:0], b.views[:0]
	switch {
	case g.channels[ch.id] == nil:
		return marshaller{}, errUnknownChannel
	case !ch.readable():
		return marshaller{}, errMissingAccess
	case ch.perms&PermReadMessageHistory == 0:
		return marshaller{}, nil // Discord answers 200 and an empty list
	}
	b.index = ch.rows.page(b.index, req, &g.s.opts)
	for _, i := range b.index {
		b.views = append(b.views, g.view(ch, i))
	}
	return g.marshaller(ch), nil
}

// historyRequest reads the query.
func (c *call) historyRequest() (*HistoryRequest, *apiError) {
	id, err := c.id("c")
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	req := &HistoryRequest{At: c.s.Now(), Channel: id, Limit: 50}
	for _, mode := range []string{"before", "after", "around"} {
		if !q.Has(mode) {
			continue
		}
		if req.Mode != "" {
			c.s.viol.add("history: both %s and %s", req.Mode, mode)
			return nil, formError(mode, "BASE_TYPE_BAD", "before, after and around are mutually exclusive.")
		}
		cursor, perr := snowflake.Parse(q.Get(mode))
		if perr != nil {
			return nil, formError(mode, "NUMBER_TYPE_COERCE", `Value "`+q.Get(mode)+`" is not snowflake.`)
		}
		req.Mode, req.Cursor = mode, cursor
	}
	if q.Has("limit") {
		if req.Limit, err = c.limitIn(q.Get("limit"), 1, 100); err != nil {
			return nil, err
		}
	}
	return req, nil
}

// limitIn checks a limit parameter.
func (c *call) limitIn(v string, low, high int) (int, *apiError) {
	n, err := strconv.Atoi(v)
	switch {
	case err != nil:
		return 0, formError("limit", "NUMBER_TYPE_COERCE", `Value "`+v+`" is not int.`)
	case n > high:
		c.s.viol.add("%s: limit %d is above %d", c.route.pattern, n, high)
		return 0, formError("limit", "NUMBER_TYPE_MAX",
			"int value should be less than or equal to "+strconv.Itoa(high)+".")
	case n < low:
		c.s.viol.add("%s: limit %d is below %d", c.route.pattern, n, low)
		return 0, formError("limit", "NUMBER_TYPE_MIN",
			"int value should be greater than or equal to "+strconv.Itoa(low)+".")
	}
	return n, nil
}

// readableChannel is the channel of the path, if the bot may read it.
func (c *call) readableChannel() (*channel, *apiError) {
	id, err := c.id("c")
	if err != nil {
		return nil, err
	}
	ch, ok := c.s.channelOf(id)
	if !ok {
		return nil, errUnknownChannel
	}
	ch.guild.mu.RLock()
	defer ch.guild.mu.RUnlock()
	if !ch.readable() {
		return nil, errMissingAccess
	}
	return ch, nil
}
