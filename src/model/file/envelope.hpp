// The envelope of every model file, whatever the family: format and schema, library version, columns, classes, loss
// and link, then the family's own configuration and body, and the SHA-256 of all that stands before it.
//
// A file is one JSON document on one line, written and read from front to back. Equal trainings write equal bytes:
// nothing in it tells of threads, devices, paths or times. The line ends in "\n"; a reader takes "\r\n", too, and the
// end of the file. Or it is a binary file (packed_file.hpp), of the same document in its packed form.
#pragma once

#include <functional>
#include <linden/loss.hpp>
#include <linden/options.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"
#include "model/file/model_text.hpp"

namespace linden {

/// Schemas of files; what each brought: docs/design.md, "Model files". Those that ask for nothing newer are written in
/// the plain one.
inline constexpr int plain_schema = 2, recipe_schema = 4, newest_schema = 4;

/// What is written before configuration and body.
struct EnvelopeView {
  std::string_view family;  ///< "boosted", "linear"
  const ModelSchema& schema;
  const Loss& loss;
  int number = plain_schema;  ///< the lowest schema that has all that there is in the file
};

/// Writes a model: the envelope, and inside it what `rest` writes, which is the members config and body. `name` is what
/// messages call the target; `format` is json or binary. Throws FileError for names that are not UTF-8.
void write_model(const TextSink& out, std::string_view name, const EnvelopeView& envelope,
                 const std::function<void(JsonWriter&)>& rest, ModelFormat format = ModelFormat::json);

/// The same, as it is read back, with kinds and categories of all features.
struct Envelope {
  ModelSchema schema;
  Loss loss;
};

/// Reads a model: `rest` gets the family, and the document where read_envelope begins. Throws FileError when it is not
/// one, was changed or cut short, or comes from a newer schema.
void read_model(const ModelSource& source,
                const std::function<void(JsonReader& json, const std::string& family)>& rest);

/// From the columns to the link.
Envelope read_envelope(JsonReader& json);

/// Throws FileError unless the family is the one that is wanted.
void check_family(const JsonReader& json, std::string_view family, std::string_view wanted);

}  // namespace linden
