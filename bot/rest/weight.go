package rest

import (
	"context"
	"math"
)

type (
	weightKey     struct{}
	backgroundKey struct{}
)

// WithPagesLeft returns a context whose requests give way to those of longer readings: pages is how many
// requests, one after another, its reading still takes. The longest goes first, so that it isn't what the
// others have to wait for in the end. Requests that don't say go before all that do.
func WithPagesLeft(ctx context.Context, pages float64) context.Context {
	return context.WithValue(ctx, weightKey{}, pages)
}

// Background returns a context whose requests give way to all others, whatever WithPagesLeft says.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

// weightOf returns a context's weight in the line, and how many pages its reading still takes; 0: nobody said.
func weightOf(ctx context.Context) (weight, pages float64) {
	pages, said := ctx.Value(weightKey{}).(float64)
	switch {
	case ctx.Value(backgroundKey{}) != nil:
		return -1, pages
	case !said:
		return math.Inf(1), 0
	}
	return pages, pages
}
