package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Client makes the calls of the bot. It may be used by any number of goroutines at once. Every error
// names the route; an answer that refuses the request is an *[Error].
type Client struct {
	session *discordgo.Session
}

// NewClient returns a client of s, which should come from [NewSession].
func NewClient(s *discordgo.Session) *Client { return &Client{session: s} }

// Me returns the bot's own account.
func (c *Client) Me(ctx context.Context) (discord.User, error) {
	var u discord.User
	return u, c.get(ctx, discordgo.EndpointUser("@me"), &u)
}

// Application is the bot's application, under whose id its commands are registered.
type Application struct {
	ID        snowflake.ID `json:"id"`
	Flags     uint64       `json:"flags"`
	CodeGrant bool         `json:"bot_require_code_grant"` // an invite link alone doesn't add the bot
}

// ReadsContents reports whether the message content intent is granted, whole or up to 100 servers.
func (a Application) ReadsContents() bool { return a.Flags&(1<<18|1<<19) != 0 }

// Application returns the bot's application.
func (c *Client) Application(ctx context.Context) (app Application, err error) {
	err = c.get(ctx, discordgo.EndpointApplication("@me"), &app)
	return app, err
}

// get asks for url and decodes the answer into to.
func (c *Client) get(ctx context.Context, url string, to any) error {
	return c.call(ctx, http.MethodGet, url, nil, to)
}

// call sends in as JSON, unless it is nil, and decodes the answer into to, unless that is nil.
func (c *Client) call(ctx context.Context, method, url string, in, to any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return fmt.Errorf("%s: encode: %w", routeOfURL(method, url), err)
		}
	}
	answer, err := c.do(ctx, method, url, "application/json", body)
	if err != nil || to == nil {
		return err
	}
	if err := json.Unmarshal(answer, to); err != nil {
		return fmt.Errorf("%s: read the answer: %w", routeOfURL(method, url), err)
	}
	return nil
}

// do sends one request and returns the answer's body. Each has a discordgo bucket of its own: shared
// ones would serialise requests where no context reaches, and are never freed. A fresh bucket needs
// nothing of discordgo's limiter as long as no answer has X-RateLimit headers, which [Transport] sees to.
func (c *Client) do(ctx context.Context, method, url, contentType string, body []byte) ([]byte, error) {
	bucket := &discordgo.Bucket{}
	bucket.Lock() // the session unlocks it
	answer, err := c.session.RequestWithLockedBucket(method, url, contentType, body, bucket, 0, discordgo.WithContext(ctx))
	if err != nil {
		return nil, explain(routeOfURL(method, url), err)
	}
	return answer, nil
}

// explain turns an error of discordgo into one that names the route and holds no token: a url.Error
// prints the URL, and with it an interaction's token; a RESTError holds the request, and with it the bot's.
func explain(r route, err error) error {
	var refused *discordgo.RESTError
	if errors.As(err, &refused) {
		return errorOf(r, refused.Response.StatusCode, refused.ResponseBody)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	return fmt.Errorf("%s: %w", r, err)
}

func routeOfURL(method, address string) route {
	u, err := url.Parse(address)
	if err != nil {
		return route{method: method, template: "/?"}
	}
	return routeOf(method, u.Path)
}
