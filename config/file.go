package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fileEnv is the variable that names the file with settings.
const fileEnv = "SUMMITBOT_CONFIG"

const (
	maxFile      = 1 << 20
	wantSettings = "want a setting a line, such as log-level: debug"
)

// A written value stands in the file with settings.
type written struct {
	text string
	at   string // file:line
}

// readFile reads the file with settings, if there is one. Its keys are the flags' names, so that there is one name more for
// nothing; a secret itself has no flag and so no place in it, and the file needs no protection.
func (l *loader) readFile(settings []Setting) {
	path, name, _ := l.given(fileEnv, flagName(fileEnv))
	if strings.TrimSpace(path) == "" {
		return // not given, or a fault of its own
	}
	own := Setting{Env: fileEnv}
	root, err := parseFile(path)
	if err != nil {
		l.fault(own, "%s: %v", name, err)
		return
	}
	if root == nil {
		return // an empty file
	}
	if root.Kind != yaml.MappingNode {
		l.fault(own, "%s:%d: %s", path, root.Line, wantSettings)
		return
	}
	var flags []string
	for _, s := range settings {
		if s.Env != fileEnv {
			flags = append(flags, s.Flag)
		}
	}
	for i := 0; i < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d", path, key.Line)
		text, ok := scalars(value)
		_, twice := l.file[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			l.fault(own, "%s: %s", at, wantSettings)
		case slices.Contains(flags, key.Value+flagName(suffix)):
			l.fault(own, "%s: %s: a secret stands in a file of its own, which %s names", at, key.Value, key.Value+flagName(suffix))
		case !slices.Contains(flags, key.Value):
			l.fault(own, "%s: %s", at, noSetting(key.Value, flags))
		case twice:
			l.fault(own, "%s: %s is there twice", at, key.Value)
		case !ok:
			l.fault(own, "%s: %s: want a value or a list of values", at, key.Value)
		default:
			l.file[key.Value] = written{text, at}
		}
	}
}

// parseFile returns the document's root, nil if there is none.
func parseFile(path string) (*yaml.Node, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", path, reason(err))
	case len(data) > maxFile:
		return nil, fmt.Errorf("%s is larger than %d MiB, that is no configuration", path, maxFile>>20)
	}
	var document yaml.Node
	d := yaml.NewDecoder(strings.NewReader(string(data)))
	switch err := d.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s is not YAML: %s", path, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if d.Decode(new(yaml.Node)) == nil {
		return nil, fmt.Errorf("%s holds several documents, want one", path)
	}
	root := document.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil, nil // comments alone
	}
	return root, nil
}

// scalars is a value as a variable would hold it: itself, or with commas between.
func scalars(n *yaml.Node) (string, bool) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
		return "", true
	case n.Kind == yaml.ScalarNode:
		return n.Value, true
	case n.Kind != yaml.SequenceNode:
		return "", false
	}
	var all []string
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return "", false
		}
		all = append(all, item.Value)
	}
	return strings.Join(all, ","), true
}
