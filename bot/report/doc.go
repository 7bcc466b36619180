// Package report draws a guild's figures as one page of HTML that needs nothing else: no network, no
// script. Read gathers the figures from the log, at one position of it; Write draws the page.
//
//	f, err := report.Read(log, guild)
//	err = report.Write(w, []*report.Figures{f})
//
// The charts are SVG that stretches, with their labels in HTML around it, so that text keeps its size on a
// phone; colours are CSS variables, so that they follow light and dark. Behind each picture is a table.
package report
