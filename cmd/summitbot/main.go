package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"summitbot/bot"
	"summitbot/kb"
	"summitbot/kb/match"
)

func main() {
	dir := "kb/summit"
	if d := os.Getenv("KB"); d != "" {
		dir = d
	}
	b, err := kb.Load(os.DirFS(dir), dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, b.Count(kb.Told), b.Count(kb.NotTold), b.Count(kb.Talk))
	ix := match.Learn(b.Corpus(), match.Options{})
	bt := bot.New(b, ix, bot.Options{})
	s := bufio.NewScanner(os.Stdin)
	s.Buffer(nil, 1<<22)
	for s.Scan() {
		var q struct{ Q, Conversation string }
		json.Unmarshal(s.Bytes(), &q)
		r := bt.Reply(context.Background(), bot.Message{Conversation: q.Conversation, Text: q.Q})
		type sug struct {
			Entry    string `json:"entry"`
			Question string `json:"question"`
			Text     string `json:"text"`
		}
		var ss []sug
		for _, x := range r.Suggestions {
			ss = append(ss, sug{x.Entry, x.Question, x.Text})
		}
		json.NewEncoder(os.Stdout).Encode(map[string]any{"kind": r.Kind, "entry": r.Entry, "confidence": r.Confidence, "lang": r.Lang, "text": r.Text, "suggestions": ss})
	}
}
