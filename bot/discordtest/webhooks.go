package discordtest

import (
	"net/http"
	"time"
)

// tokenOwner finds the interaction that the path's token belongs to, if it is answered and the
// token still good.
func (c *call) tokenOwner() (*Interaction, *apiError) {
	i := c.s.inter.find(c.r.PathValue("token"))
	switch {
	case i == nil || c.r.PathValue("app") != c.s.bot.String():
		return nil, errUnknownWebhook
	case time.Since(i.started) > tokenLife:
		c.s.viol.add("interaction %v: token used after %v", i.id, time.Since(i.started).Round(time.Second))
		return nil, errInvalidToken
	case i.Callback() == 0:
		c.s.viol.add("interaction %v: follow-up before the first answer", i.id)
		return nil, errUnknownWebhook
	}
	return i, nil
}

// tokenMessage finds the path's message of an interaction: @original or a follow-up's id.
func (c *call) tokenMessage() (*posted, *apiError) {
	i, err := c.tokenOwner()
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	all := append([]*posted{i.original}, i.followups...)
	i.mu.Unlock()
	want := c.r.PathValue("m")
	for n, p := range all {
		if p == nil || p.reply().Deleted {
			continue
		}
		if n == 0 && want == "@original" || p.id.String() == want {
			return p, nil
		}
	}
	return nil, errUnknownMessage
}

func (c *call) getReply() *apiError {
	p, err := c.tokenMessage()
	if err != nil {
		return err
	}
	return c.raw(http.StatusOK, p.json())
}

func (c *call) patchReply() *apiError {
	body, err := c.message()
	if err != nil {
		return err
	}
	p, err := c.tokenMessage()
	if err != nil {
		return err
	}
	p.edit(body)
	c.s.inter.news.fire()
	return c.raw(http.StatusOK, p.json())
}

func (c *call) deleteReply() *apiError {
	p, err := c.tokenMessage()
	if err != nil {
		return err
	}
	p.remove()
	c.s.inter.news.fire()
	return c.reply(http.StatusNoContent, nil)
}

// followUp posts another message; right after a deferred answer it fills that one instead.
func (c *call) followUp() *apiError {
	i, err := c.tokenOwner()
	if err != nil {
		return err
	}
	body, err := c.message()
	if err != nil {
		return err
	}
	if body.empty() {
		return errEmptyMessage
	}
	i.mu.Lock()
	p := i.original
	if i.callback != 5 || p == nil || !p.reply().Deferred() {
		p = i.post(body, body.Flags)
		i.followups = append(i.followups, p)
	} else {
		p.edit(body)
	}
	i.mu.Unlock()
	c.s.inter.news.fire()
	return c.raw(http.StatusOK, p.json())
}
