package runner

import (
	"reflect"
	"strings"

	"github.com/dnslab/dnslab/runner/topo"
)

// localize returns a deep copy of v in which every lab.test is in the zone of
// this run, so that no two runs ask for the same names. Data of a lab is
// structs, slices, maps and strings.
func localize[T any](v T, run string) T {
	r := strings.NewReplacer(topo.Zone, run+"."+topo.Zone)
	return rewrite(reflect.ValueOf(&v).Elem(), r.Replace).Interface().(T)
}

func rewrite(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			out.Field(i).Set(rewrite(v.Field(i), f))
		}
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(rewrite(v.Index(i), f))
		}
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		out = reflect.MakeMap(v.Type())
		for it := v.MapRange(); it.Next(); {
			out.SetMapIndex(it.Key(), rewrite(it.Value(), f))
		}
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		out.Set(rewrite(v.Elem(), f))
	default:
		return v
	}
	return out
}
