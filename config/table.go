package config

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Table writes the settings as the Markdown table of docs/configuration.md.
func Table() string {
	var b strings.Builder
	b.WriteString("| variable | flag | default | what it is for |\n| --- | --- | --- | --- |\n")
	for _, s := range Settings() {
		name, def, help := code(s.Env), "", s.Help
		if s.Secret {
			name += " or " + code(s.Env+suffix)
		}
		if s.Default != "" {
			def = code(s.Default)
		}
		if s.Want != "" {
			help += " Takes " + s.Want + "."
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", name, code("--"+s.Flag), def, help)
	}
	return b.String()
}

func code(s string) string { return "`" + s + "`" }

// String writes the effective configuration with where each value came from, a setting a line.
func (r Report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, v := range r.Values {
		fmt.Fprintf(w, "%s\t%s\t%s\n", v.Name, v.Text, v.From)
	}
	w.Flush() // into memory, it cannot fail
	return b.String()
}
