package images

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"os"
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
	must(f.pack(&buf, nil))
	return &buf
}

// stream is tar with files on disk too, by their paths in the tar. They are
// read as it is read, which may end early with a Close.
func (f files) stream(disk map[string]string) io.ReadCloser {
	r, w := io.Pipe()
	go func() { w.CloseWithError(f.pack(w, disk)) }()
	return r
}

func (f files) pack(to io.Writer, disk map[string]string) error {
	w := tar.NewWriter(to)
	dirs := map[string]bool{".": true}
	for _, p := range slices.Sorted(maps.Keys(f)) {
		if err := add(w, dirs, p, int64(len(f[p])), bytes.NewReader(f[p])); err != nil {
			return err
		}
	}
	for _, p := range slices.Sorted(maps.Keys(disk)) {
		if err := addFromDisk(w, dirs, p, disk[p]); err != nil {
			return err
		}
	}
	return w.Close()
}

func addFromDisk(w *tar.Writer, dirs map[string]bool, p, from string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return add(w, dirs, p, info.Size(), file)
}

// add writes a file, and the folders it is in that are not in dirs.
func add(w *tar.Writer, dirs map[string]bool, p string, size int64, content io.Reader) error {
	for _, dir := range above(p) {
		if dirs[dir] {
			continue
		}
		dirs[dir] = true
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: time.Unix(0, 0)}); err != nil {
			return err
		}
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: p, Mode: 0o755, Size: size, ModTime: time.Unix(0, 0)}); err != nil {
		return err
	}
	_, err := io.Copy(w, content)
	return err
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
