package telegramtest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A spec is Telegram's own description of its methods and types, where a copy of it lies beside the repository, as
// ../shared/specs/telegram.json. Without it only the rules written out in this package are checked.
type spec struct {
	Version string
	Methods map[string]shape
	Types   map[string]shape
}

type shape struct {
	Fields   []field
	Subtypes []string
}

type field struct {
	Name     string
	Types    []string
	Required bool
}

func (s shape) field(name string) (field, bool) {
	i := slices.IndexFunc(s.Fields, func(f field) bool { return f.Name == name })
	if i < 0 {
		return field{}, false
	}
	return s.Fields[i], true
}

// loadSpec looks for the description beside the repository.
func loadSpec() *spec {
	dir, err := os.Getwd()
	for err == nil {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			for _, shared := range []string{"../shared", "../../shared"} {
				data, e := os.ReadFile(filepath.Join(dir, shared, "specs/telegram.json"))
				if e != nil {
					continue
				}
				var s spec
				if json.Unmarshal(data, &s) == nil && len(s.Methods) > 0 {
					return &s
				}
			}
			return nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil
		}
		dir = parent
	}
	return nil
}

// SpecVersion is the version of Telegram's description that calls are checked against; empty where none is at hand.
func (s *Server) SpecVersion() string {
	if s.spec == nil {
		return ""
	}
	return s.spec.Version
}

// check holds a call against the description. What is missing or of a wrong kind is refused; what does not exist Telegram
// ignores, so it is noted for the test to fail.
func (sp *spec) check(s *Server, method string, p Params) *refusal {
	if sp == nil {
		return nil
	}
	m, ok := sp.Methods[method]
	if !ok {
		s.violate("the method %s, which does not exist", method)
		return nil
	}
	for _, f := range m.Fields {
		if f.Required && p[f.Name] == "" && f.Name != "results" && f.Name != "commands" {
			if method == "setWebhook" {
				continue // an empty URL removes the webhook
			}
			return bad("%s is empty", f.Name)
		}
	}
	for name, value := range p {
		f, ok := m.field(name)
		if !ok {
			s.violate("%s with the parameter %s, which does not exist", method, name)
			continue
		}
		if value == "" {
			continue
		}
		if err := sp.value(s, f.Types, value, true, method+"."+name); err != nil {
			return bad("%v", err)
		}
	}
	return nil
}

// value checks one value against the types it may have. On top a string or number stands as it is; deeper all is JSON.
func (sp *spec) value(s *Server, types []string, raw string, top bool, where string) error {
	if len(types) > 1 {
		// Of several kinds of objects it is one that has all the fields.
		var object map[string]json.RawMessage
		if json.Unmarshal([]byte(raw), &object) == nil {
			fits := slices.DeleteFunc(slices.Clone(types), func(t string) bool { return sp.unknown(t, object) != "" })
			if len(fits) > 0 {
				types = fits
			}
		}
	}
	var err error
	for _, t := range types {
		if err = sp.one(s, t, raw, top, where); err == nil {
			return nil
		}
	}
	return err
}

func (sp *spec) one(s *Server, t, raw string, top bool, where string) error {
	if list, ok := strings.CutPrefix(t, "Array of "); ok {
		var items []json.RawMessage
		if json.Unmarshal([]byte(raw), &items) != nil {
			return fmt.Errorf("can't parse %s: expected an Array", where)
		}
		for i, item := range items {
			if err := sp.one(s, list, string(item), false, fmt.Sprintf("%s[%d]", where, i)); err != nil {
				return err
			}
		}
		return nil
	}
	switch t {
	case "String":
		var text string
		if !top && json.Unmarshal([]byte(raw), &text) != nil {
			return fmt.Errorf("%s must be of type String", where)
		}
		return nil
	case "Integer":
		if _, err := strconv.ParseInt(strings.Trim(raw, `"`), 10, 64); err != nil {
			return fmt.Errorf("%s must be a Number", where)
		}
		return nil
	case "Float":
		if _, err := strconv.ParseFloat(raw, 64); err != nil {
			return fmt.Errorf("%s must be a Number", where)
		}
		return nil
	case "InputFile":
		return nil // readParams has read it
	case "Boolean", "True":
		if raw != "true" && raw != "false" {
			return fmt.Errorf("%s must be of type Boolean", where)
		}
		return nil
	}
	typ, ok := sp.Types[t]
	if !ok {
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(raw), &object) != nil {
		return fmt.Errorf("%s must be an Object", where)
	}
	if len(typ.Subtypes) > 0 {
		return sp.value(s, typ.Subtypes, raw, false, where)
	}
	if name := sp.unknown(t, object); name != "" {
		s.violate("%s with the field %s, which does not exist", where, name)
	}
	for _, f := range typ.Fields {
		value, ok := object[f.Name]
		if !ok || string(value) == "null" {
			if f.Required {
				return fmt.Errorf("field %q of %s is missing", f.Name, where)
			}
			continue
		}
		if err := sp.value(s, f.Types, string(value), false, where+"."+f.Name); err != nil {
			return err
		}
	}
	return nil
}

// unknown is a field of an object that its type does not have.
func (sp *spec) unknown(t string, object map[string]json.RawMessage) string {
	for name := range object {
		if _, ok := sp.Types[t].field(name); !ok {
			return name
		}
	}
	return ""
}
