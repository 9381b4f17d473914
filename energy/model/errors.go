package model

import "fmt"

// A FieldError names an input of a model that was refused, its value, and what
// is wanted instead.
type FieldError struct{ Field, Value, Want string }

func (e *FieldError) Error() string {
	return fmt.Sprintf("model: %s %s: want %s", e.Field, e.Value, e.Want)
}
