package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// files are paths, without a leading slash, and what is in them.
type files map[string][]byte

// under returns the same files in a folder.
func (f files) under(dir string) files {
	moved := files{}
	for p, content := range f {
		moved[path.Join(dir, p)] = content
	}
	return moved
}

// tar packs f so that the same files are the same octets. All of them can be
// executed.
func (f files) tar() *bytes.Buffer {
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	dirs := map[string]bool{".": true}
	for _, p := range slices.Sorted(maps.Keys(f)) {
		for _, dir := range above(p) {
			if !dirs[dir] {
				dirs[dir] = true
				must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}))
			}
		}
		must(w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: p, Mode: 0o755, Size: int64(len(f[p])), ModTime: time.Unix(0, 0)}))
		_, err := w.Write(f[p])
		must(err)
	}
	must(w.Close())
	return &buf
}

// above returns the folders that p is in, the widest first.
func above(p string) []string {
	var all []string
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		all = append([]string{dir}, all...)
	}
	return all
}

// must is for writing to memory, which does not fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// hash returns 64 hexadecimal digits that stand for words and files.
func hash(f files, words ...string) string {
	h := sha256.New()
	for _, w := range words {
		fmt.Fprintf(h, "%q\n", w)
	}
	for _, p := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(h, "%q %d\n", p, len(f[p]))
		h.Write(f[p])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// named returns the reference of the image called name with a hash.
func named(name, hash string) string { return "dnslab/" + name + ":" + hash[:12] }

// rooted takes the leading slash off absolute paths.
func rooted(absolute map[string][]byte) files {
	f := files{}
	for p, content := range absolute {
		f[strings.TrimPrefix(p, "/")] = content
	}
	return f
}
