package discordtest

import (
	"fmt"
	"unicode/utf16"
)

// excess finds the first of Discord's limits that a message breaks. No file may be larger than largest.
func (p *payload) excess(largest int) (field, why string) {
	if n := length(p.text()); n > 2000 {
		return "content", fmt.Sprintf("Must be 2000 or fewer in length, is %d.", n)
	}
	if len(p.embeds) > 10 {
		return "embeds", "Must be 10 or fewer in length."
	}
	total := 0
	for i := range p.embeds {
		n, why := p.embeds[i].excess()
		if total += n; why != "" {
			return "embeds", why
		}
	}
	if total > 6000 {
		return "embeds", fmt.Sprintf("Embed size exceeds maximum size of 6000, is %d.", total)
	}
	size := 0
	for _, f := range p.files {
		size = max(size, len(f.Data))
	}
	if size > largest || len(p.files) > 10 {
		return "files", "Request entity too large"
	}
	return "components", componentExcess(p.components, p.Flags&(1<<15) != 0)
}

// length counts as Discord does: in UTF-16 units.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func (e *Embed) excess() (total int, why string) {
	check := func(name, s string, limit int) {
		n := length(s)
		total += n
		if n > limit && why == "" {
			why = fmt.Sprintf("%s must be %d or fewer in length, is %d.", name, limit, n)
		}
	}
	check("title", e.Title, 256)
	check("description", e.Description, 4096)
	check("footer", e.Footer.Text, 2048)
	check("author", e.Author.Name, 256)
	if len(e.Fields) > 25 {
		why = "fields must be 25 or fewer in length."
	}
	for _, f := range e.Fields {
		check("field name", f.Name, 256)
		check("field value", f.Value, 1024)
		if f.Name == "" || f.Value == "" {
			why = "a field's name and value are required."
		}
	}
	return total, why
}

func componentExcess(list []Component, v2 bool) string {
	if v2 {
		if countComponents(list) > 40 {
			return "at most 40 components."
		}
		return ""
	}
	if len(list) > 5 {
		return "at most 5 action rows."
	}
	seen := map[string]bool{}
	for _, row := range list {
		if row.Type != 1 {
			return fmt.Sprintf("type %d at the top level: must be an action row.", row.Type)
		}
		if len(row.Components) < 1 || len(row.Components) > 5 {
			return "an action row holds 1 to 5 components."
		}
		for _, c := range row.Components {
			if why := c.excess(); why != "" {
				return why
			}
			if seen[c.CustomID] && c.CustomID != "" {
				return "custom_id " + c.CustomID + " is there twice."
			}
			seen[c.CustomID] = true
		}
	}
	return ""
}

func (c *Component) excess() string {
	link := c.Type == 2 && (c.Style == 5 || c.Style == 6)
	switch {
	case length(c.Label) > 80:
		return "label must be 80 or fewer in length."
	case !link && (c.CustomID == "" || length(c.CustomID) > 100):
		return "custom_id must be 1 to 100 in length."
	case c.Type == 2 && (c.Style < 1 || c.Style > 6):
		return "a button needs a style of 1 to 6."
	case len(c.Options) > 25:
		return "at most 25 options."
	}
	return ""
}

func countComponents(list []Component) (n int) {
	for _, c := range list {
		n += 1 + countComponents(c.Components)
	}
	return n
}
