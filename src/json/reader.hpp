// Reading JSON that nobody vouches for, from front to back: members come in the order in which they were written, each
// is known and single, and whatever is otherwise is refused with its path ("body.trees[3].feature[0]"). Nothing is kept
// but the value that is being read, so that memory and time are those of what the caller makes of it. The packed form
// of a document (packed_bytes.hpp) reads in the same way.
//
//     json["point"].open_object();
//     const double x = json["x"].finite();
//     for (json["tags"].open_list(); json.next();) tags.push_back(json.text());
//     json.close_object();
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json/byte_reader.hpp"
#include "json/packed_bytes.hpp"

namespace linden {

class JsonReader {
 public:
  /// `file` is what messages call the document.
  JsonReader(ByteSource source, std::string file) : bytes_(std::move(source)), file_(std::move(file)) {}
  /// Of a document in its packed form.
  JsonReader(PackedBytes document, std::string file)
      : bytes_([](char*, std::size_t) { return std::size_t{0}; }),
        packed_(std::move(document)),
        file_(std::move(file)) {}

  bool is_packed() const noexcept { return packed_.has_value(); }

  void open_object();
  /// Goes to the next member, which must have this name.
  JsonReader& operator[](std::string_view name);
  /// Whether the next member has this name: for those that may be missing.
  bool next_is(std::string_view name);
  /// Goes to the next member, whatever its name, or closes the object and returns false.
  bool next_member(std::string& name);
  /// There must be no more members.
  void close_object();

  void open_list();
  /// Goes to the next entry, or closes the list and returns false.
  bool next();
  /// Goes to the next entry, which must be there.
  JsonReader& entry();
  /// The entries of a packed list that was just opened, divided among readers of their own, which may read at once. A
  /// part ends where it has so many bytes, or a few more. This reader goes to the end of the list. None, of a list of
  /// numbers and of one that is not packed as it should be.
  std::vector<JsonReader> parts(std::uint64_t bytes);
  /// The first entry behind a part.
  std::size_t end_of_part() const noexcept { return levels_.back().end; }

  bool is_list() {
    if (!packed_) return bytes_.peek() == '[';
    return !in_numbers() && (packed_->is_at(PackedTag::list) || packed_->is_at_numbers());
  }
  bool is_text() { return packed_ ? !in_numbers() && packed_->is_at(PackedTag::text) : bytes_.peek() == '"'; }
  std::string text();
  /// A whole number in [low, high].
  std::int64_t whole(std::int64_t low, std::int64_t high);
  double finite();
  /// A number that may be "inf", "-inf" or "nan".
  double number();
  /// Takes a null if there is one.
  bool null();

  std::vector<std::string> texts();
  std::vector<double> finites();
  /// Whole numbers in [low, high].
  std::vector<std::int64_t> wholes(std::int64_t low, std::int64_t high);

  /// The place of the value that is, or was just, read: "" is the document.
  std::string path() const { return path(levels_.size()); }
  /// Throws FileError: `<file>: <path> <what>.`
  [[noreturn]] void refuse(std::string_view what) const { refuse_at(path(), what); }
  [[noreturn]] void refuse_at(std::string_view path, std::string_view what) const;
  const std::string& file() const noexcept { return file_; }
  /// Those of a text; of a packed document there are none.
  ByteReader& bytes() noexcept { return bytes_; }
  /// How many bytes of the document were taken.
  std::uint64_t taken() const noexcept { return packed_ ? packed_->taken() : bytes_.taken(); }
  /// Whether all of a packed document was.
  bool is_at_end() const noexcept { return packed_ && packed_->is_at_end(); }
  /// What was taken of the document's next member beyond the last value: `,"name":` or nothing; and the checksum of all
  /// before it.
  std::pair<Checksum, std::string> read_ahead_of();

 private:
  /// An open object or list.
  struct Level {
    bool is_list = false;
    bool empty = true;         ///< nothing of it was read yet
    bool has_next = false;     ///< whether `next_name` was read ahead
    std::size_t index = 0;     ///< of the entry
    std::string name;          ///< of the member
    std::string next_name;     ///< of the next member
    std::string seen = "\n";   ///< names of the members so far, each with a line feed behind it
    PackedNumbers numbers{};   ///< of a packed list of them; else there are none
    std::size_t end = no_end;  ///< how many entries were begun where a part of a list ends
    static constexpr std::size_t no_end = SIZE_MAX;

    /// How many entries were begun.
    std::size_t begun() const noexcept { return empty ? 0 : index + 1; }
  };

  std::string path(std::size_t levels) const;
  std::string container() const { return path(levels_.size() - 1); }
  bool read_ahead();
  void open(char bracket, bool is_list);
  void open_packed(bool is_list);
  bool in_numbers() const noexcept { return !levels_.empty() && levels_.back().numbers.count() > 0; }
  bool is_at_end_of_list();
  void check_packed() {
    if (packed_->is_broken()) refuse_syntax();
  }
  double packed_number();
  std::int64_t packed_whole();
  std::int64_t in_range(std::int64_t number, std::int64_t low, std::int64_t high) const;
  bool skip(char c);
  void expect(char c);
  [[noreturn]] void refuse_syntax();
  [[noreturn]] void refuse_next(std::string_view wanted);
  void read_string();
  void read_escape();
  std::uint32_t read_hex();
  std::string_view read_number();
  bool at_number();

  ByteReader bytes_;
  std::optional<PackedBytes> packed_;
  std::string file_;
  std::vector<Level> levels_;
  Checksum before_name_;  // of the document's next member
  std::string string_;    // the last that was read
  char number_[64];
};

}  // namespace linden
