package discordtest

import (
	"encoding/json"
	"net/http"
	"time"
)

func (s *Server) interactionRoutes() []route {
	return []route{
		{method: "POST", pattern: "/interactions/{i}/{token}/callback", handle: (*call).callback, open: true, exempt: true},
		{method: "POST", pattern: "/webhooks/{app}/{token}", handle: (*call).followUp, open: true},
		{method: "GET", pattern: "/webhooks/{app}/{token}/messages/{m}", handle: (*call).getReply, open: true},
		{method: "PATCH", pattern: "/webhooks/{app}/{token}/messages/{m}", handle: (*call).patchReply, open: true},
		{method: "DELETE", pattern: "/webhooks/{app}/{token}/messages/{m}", handle: (*call).deleteReply, open: true},
	}
}

// callbackBody is the first answer to an interaction.
type callbackBody struct {
	Type int             `json:"type"`
	Data json.RawMessage `json:"data"`
}

// callback takes the first answer.
func (c *call) callback() *apiError {
	i := c.s.inter.find(c.r.PathValue("token"))
	if i == nil || i.id.String() != c.r.PathValue("i") {
		c.s.viol.add("interaction: an answer to one that doesn't exist")
		return errUnknownInteraction
	}
	var body callbackBody
	files, err := c.body(&body)
	if err != nil {
		return err
	}
	p := &payload{}
	if isSet(body.Data) {
		if json.Unmarshal(body.Data, p) != nil {
			return formError("data", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
		}
	}
	if err := p.finish(c, files); err != nil {
		return err
	}
	c.s.watchPing(c, p)
	if err := i.answer(body, p); err != nil {
		return err
	}
	c.s.inter.news.fire()
	if c.r.URL.Query().Get("with_response") == "true" {
		return c.reply(http.StatusOK, i.callbackResponse())
	}
	return c.reply(http.StatusNoContent, nil)
}

// answer applies the first answer, once and in time.
func (i *Interaction) answer(body callbackBody, p *payload) *apiError {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.callback != 0:
		i.s.viol.add("interaction %v: answered twice", i.id)
		return errAcknowledged
	case time.Since(i.started) > answerWithin:
		i.s.viol.add("interaction %v: answered after %v", i.id, time.Since(i.started).Round(time.Millisecond))
		return errUnknownInteraction
	}
	switch body.Type {
	case 4:
		if p.empty() {
			i.s.viol.add("interaction %v: an empty answer", i.id)
			return errEmptyMessage
		}
		i.original = i.post(p, p.Flags)
	case 5:
		i.original = i.post(&payload{}, p.Flags&FlagEphemeral|FlagLoading)
	case 6, 7:
		if i.kind != 3 {
			return formError("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 9, 10, 12}.")
		}
		i.original = i.source
		if body.Type == 7 {
			i.source.edit(p)
		}
	case 8, 9:
		var data struct {
			Choices []json.RawMessage `json:"choices"`
		}
		if json.Unmarshal(body.Data, &data) != nil || body.Type == 8 && data.Choices == nil {
			return formError("data.choices", "BASE_TYPE_REQUIRED", "This field is required")
		}
		i.choices = body.Data
	default:
		i.s.viol.add("interaction %v: answer of type %d", i.id, body.Type)
		return formError("type", "BASE_TYPE_CHOICES", "Value must be one of {4, 5, 6, 7, 8, 9, 10, 12}.")
	}
	i.callback = body.Type
	return nil
}

// Choices returns the raw data of an answer of type 8 (autocomplete) or 9 (modal).
func (i *Interaction) Choices() json.RawMessage {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.choices
}

func (i *Interaction) callbackResponse() map[string]any {
	i.mu.Lock()
	defer i.mu.Unlock()
	in := map[string]any{"id": i.id, "type": i.kind}
	out := map[string]any{"interaction": in}
	if i.original != nil {
		in["response_message_id"], in["response_message_ephemeral"] = i.original.id, i.original.private
		out["resource"] = map[string]any{"type": i.callback, "message": i.original.json()}
	}
	return out
}

// post makes a message out of an answer or follow-up.
func (i *Interaction) post(p *payload, flags int) *posted {
	g := i.ch.guild
	kind := 20
	if i.callback != 0 || i.kind != 2 {
		kind = 0 // a follow-up, or a component's answer
	}
	m := Message{Author: i.s.bot, Type: kind, Flags: flags}
	g.mu.Lock()
	defer g.mu.Unlock()
	out := &posted{ch: i.ch, private: flags&FlagEphemeral != 0}
	mark := func(r *row, x *extra) {
		x.webhook, x.interaction, x.asker = i.s.bot, i.id, i.s.users.author(i.user)
		out.id = r.id
	}
	if !out.private {
		g.sendBody(i.ch, m, p, mark)
		return out
	}
	out.row, out.x = g.newRow(i.ch, m)
	if out.x == nil {
		out.x = &extra{}
	}
	p.into(out.x)
	mark(&out.row, out.x)
	g.publishRow("MESSAGE_CREATE", i.ch, view{row: out.row, x: out.x}, true)
	return out
}

// edit puts a payload over a message of an interaction.
func (p *posted) edit(body *payload) {
	g := p.ch.guild
	g.mu.Lock()
	defer g.mu.Unlock()
	if !p.private {
		if i, ok := p.ch.rows.find(p.id); ok {
			g.edit(p.ch, i, body)
		}
		return
	}
	x := *p.x
	body.into(&x)
	x.edited = g.s.Now().UnixMicro()
	p.x = &x
	p.row.flags &^= FlagLoading
	g.publishRow("MESSAGE_UPDATE", p.ch, view{row: p.row, x: p.x}, true)
}

func (p *posted) remove() {
	g := p.ch.guild
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.private {
		p.row.dead = true
		return
	}
	g.delete(p.ch, true, p.id)
}

// json is the message as REST shows it.
func (p *posted) json() json.RawMessage {
	g := p.ch.guild
	g.mu.RLock()
	defer g.mu.RUnlock()
	if p.private {
		m := g.marshaller(p.ch)
		return m.append(nil, &view{row: p.row, x: p.x})
	}
	i, _ := p.ch.rows.findAny(p.id)
	return g.json(p.ch, i)
}
