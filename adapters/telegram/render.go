package telegram

import "summitbot/bot"

// render gives a reply Telegram's form.
func render(r bot.Reply) []part {
	var s styled
	if r.Title != "" {
		s.add(r.Title, "bold")
		s.add("\n\n", "")
	}
	s.add(r.Text, "")
	for _, f := range r.Fields {
		s.add("\n\n", "")
		s.add(f.Name, "bold")
		s.add("\n"+f.Value, "")
	}
	for _, i := range r.Items {
		s.add("\n", "")
		s.add(i.Label, "bold")
		s.add(" — "+i.Text, "")
	}
	if r.Source != "" {
		s.add("\n\n", "")
		s.add("Source: "+r.Source+" · as of "+r.AsOf, "italic")
	}
	return s.parts(maxText)
}
