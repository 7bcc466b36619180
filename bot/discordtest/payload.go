package discordtest

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

// File is an uploaded file.
type File struct {
	Name string
	Data []byte
}

// Embed is an embed of a message that the bot wrote.
type Embed struct {
	Title       string       `json:"title"`
	Description string       `json:"description"`
	URL         string       `json:"url"`
	Timestamp   string       `json:"timestamp"`
	Color       int          `json:"color"`
	Fields      []EmbedField `json:"fields"`
	Footer      struct {
		Text string `json:"text"`
	} `json:"footer"`
	Author struct {
		Name string `json:"name"`
	} `json:"author"`
	Image struct {
		URL string `json:"url"`
	} `json:"image"`
	Thumbnail struct {
		URL string `json:"url"`
	} `json:"thumbnail"`
}

// EmbedField is a field of an embed.
type EmbedField struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Inline bool   `json:"inline"`
}

// Component is a component of a message: an action row (type 1) with its children, a button (2), a
// select (3, 5 to 8) …
type Component struct {
	Type        int         `json:"type"`
	CustomID    string      `json:"custom_id"`
	Label       string      `json:"label"`
	Style       int         `json:"style"`
	URL         string      `json:"url"`
	Disabled    bool        `json:"disabled"`
	Placeholder string      `json:"placeholder"`
	Components  []Component `json:"components"`
	Options     []struct {
		Label string `json:"label"`
		Value string `json:"value"`
	} `json:"options"`
}

// payload is the body of whatever makes or edits a message.
type payload struct {
	Content         *string          `json:"content"`
	RawEmbeds       json.RawMessage  `json:"embeds"`
	RawComponents   json.RawMessage  `json:"components"`
	Flags           int              `json:"flags"`
	AllowedMentions *allowedMentions `json:"allowed_mentions"`
	Reference       *struct {
		MessageID json.RawMessage `json:"message_id"`
	} `json:"message_reference"`
	Nonce json.RawMessage `json:"nonce"`

	embeds     []Embed
	components []Component
	files      []File
}

type allowedMentions struct {
	Parse []string `json:"parse"`
	Users []string `json:"users"`
	Roles []string `json:"roles"`
}

// body reads a request as JSON, or as multipart/form-data with JSON in payload_json and files.
func (c *call) body(v any) ([]File, *apiError) {
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind == "application/json" {
		return nil, c.decode(v)
	}
	if kind != "multipart/form-data" {
		c.s.viol.add("rest: %s %s: Content-Type %q", c.r.Method, c.r.URL.Path, c.r.Header.Get("Content-Type"))
		return nil, &apiError{400, 50035, `Expected "Content-Type" header to be one of {"application/json", "multipart/form-data"}.`, nil}
	}
	files, err := readParts(multipart.NewReader(io.LimitReader(c.r.Body, maxBody), params["boundary"]), v)
	if err != nil {
		c.s.viol.add("rest: %s %s: form: %v", c.r.Method, c.r.URL.Path, err)
		return nil, &apiError{400, 50109, "The request body contains invalid JSON.", nil}
	}
	return files, nil
}

func readParts(r *multipart.Reader, v any) (files []File, err error) {
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return nil, err
		}
		switch {
		case p.FormName() == "payload_json":
			if err := json.Unmarshal(b, v); err != nil {
				return nil, err
			}
		case strings.HasPrefix(p.FormName(), "file"):
			files = append(files, File{p.FileName(), b})
		}
	}
}

// finish decodes what was kept raw and checks Discord's limits.
func (p *payload) finish(c *call, files []File) *apiError {
	p.files = files
	if isSet(p.RawEmbeds) && json.Unmarshal(p.RawEmbeds, &p.embeds) != nil {
		return formError("embeds", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	if isSet(p.RawComponents) && json.Unmarshal(p.RawComponents, &p.components) != nil {
		return formError("components", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
	}
	if field, why := p.excess(c.s.opts.AttachmentLimit); why != "" {
		c.s.viol.add("rest: %s %s: %s: %s", c.r.Method, c.r.URL.Path, field, why)
		return formError(field, "BASE_TYPE_MAX_LENGTH", why)
	}
	return nil
}

// couldPing says whether the message leaves it to Discord to find mentions in it.
func (p *payload) couldPing() bool {
	if p.text() == "" && len(p.embeds) == 0 {
		return false
	}
	a := p.AllowedMentions
	return a == nil || len(a.Parse)+len(a.Users)+len(a.Roles) > 0
}

func (p *payload) text() string {
	if p.Content == nil {
		return ""
	}
	return *p.Content
}

// empty says that nothing would be shown.
func (p *payload) empty() bool {
	return p.text() == "" && len(p.embeds) == 0 && len(p.components) == 0 && len(p.files) == 0
}

func isSet(raw json.RawMessage) bool { return len(raw) > 0 && !bytes.Equal(raw, []byte("null")) }

// into puts the payload over what a message had; what is absent stays.
func (p *payload) into(x *extra) {
	if p.Content != nil {
		x.content = *p.Content
	}
	if len(p.RawEmbeds) > 0 {
		x.embeds = arrayOf(p.RawEmbeds)
	}
	if len(p.RawComponents) > 0 {
		x.components = arrayOf(p.RawComponents)
	}
	if len(p.files) > 0 {
		x.files = p.files
	}
}

func arrayOf(raw json.RawMessage) []byte {
	if !isSet(raw) {
		return nil
	}
	return raw
}
