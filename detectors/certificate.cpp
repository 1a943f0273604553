#include "detectors/certificate.hpp"

#include <algorithm>
#include <array>

#include "daemon/decode/reader.hpp"

namespace umbra {
namespace {

// Tags of DER (X.690 section 8.1.2) as X.509 uses them.
namespace tag {
constexpr std::uint8_t octet_string = 0x04, object_identifier = 0x06, sequence = 0x30, set = 0x31;
constexpr std::uint8_t version = 0xa0, extensions = 0xa3, dns_name = 0x82;  // by context
}  // namespace tag

constexpr std::array<std::uint8_t, 3> id_common_name{0x55, 4, 3};          // 2.5.4.3
constexpr std::array<std::uint8_t, 3> id_alternative_names{0x55, 29, 17};  // 2.5.29.17

struct Element {
    std::uint8_t tag = 0;  // 0: there is none, or not whole
    Bytes content;
};

// Takes the next element: tag, length, content (X.690 section 8.1).
Element take_element(Reader& reader) {
    const std::uint8_t tag = reader.u8();
    std::size_t length = reader.u8();
    if (length >= 0x80) {
        const std::size_t bytes = length & 0x7fU;
        if (bytes == 0 || bytes > 3) return {};
        length = 0;
        for (const std::uint8_t byte : reader.take(bytes))
            length = length << 8 | byte;
    }
    const Bytes content = reader.take(length);
    return reader.ok() ? Element{tag, content} : Element{};
}

// The content of the next element; nothing where it is of another kind.
Bytes take(Reader& reader, std::uint8_t tag) {
    const Element element = take_element(reader);
    return element.tag == tag ? element.content : Bytes{};
}

struct Names {
    Bytes subject, extensions;  // contents of the two fields
};

// TBSCertificate ::= SEQUENCE { version [0], serialNumber, signature, issuer, validity, subject,
//     subjectPublicKeyInfo, … extensions [3] } (RFC 5280 section 4.1)
Names names_of(Bytes der) {
    Reader whole(der);
    Reader certificate(take(whole, tag::sequence));
    Reader fields(take(certificate, tag::sequence));
    Element field = take_element(fields);
    if (field.tag == tag::version) field = take_element(fields);
    for (int i = 0; i < 4; ++i)
        field = take_element(fields);
    Names names{.subject = field.content, .extensions = {}};
    while (field.tag != 0) {
        field = take_element(fields);
        if (field.tag == tag::extensions) names.extensions = field.content;
    }
    return names;
}

// Name ::= SEQUENCE OF SET OF SEQUENCE { type, value } (RFC 5280 section 4.1.2.4)
Bytes common_name_of(Bytes subject) {
    for (Reader names(subject); names.left() > 0;) {
        for (Reader attributes(take(names, tag::set)); attributes.left() > 0;) {
            Reader attribute(take(attributes, tag::sequence));
            const Bytes type = take(attribute, tag::object_identifier);
            if (std::ranges::equal(type, id_common_name)) return take_element(attribute).content;
        }
    }
    return {};
}

// Extensions ::= SEQUENCE OF SEQUENCE { extnID, critical DEFAULT FALSE, extnValue OCTET STRING },
// of which this one's holds a SEQUENCE of names (RFC 5280 sections 4.1 and 4.2.1.6).
Bytes alternative_names_of(Bytes extensions) {
    Reader outer(extensions);
    for (Reader list(take(outer, tag::sequence)); list.left() > 0;) {
        Reader extension(take(list, tag::sequence));
        if (!std::ranges::equal(take(extension, tag::object_identifier), id_alternative_names))
            continue;
        Element value = take_element(extension);
        if (value.tag != tag::octet_string) value = take_element(extension);
        Reader inside(value.content);
        return take(inside, tag::sequence);
    }
    return {};
}

Detection named(Bytes name, Protocol protocol) {
    if (name.size() > 2 && name[0] == '*' && name[1] == '.') name = name.subspan(2);
    Detection detection = Detection::named(protocol, Evidence::certificate, name);
    detection.by_server = true;
    return detection;
}

}  // namespace

Detection read_certificate(Bytes der, Protocol protocol) {
    const Names names = names_of(der);
    const Detection common = named(common_name_of(names.subject), protocol);
    const bool is_host = common.name && !common.name->is_address() &&
                         common.name->view().find('.') != std::string_view::npos;
    if (is_host) return common;
    for (Reader list(alternative_names_of(names.extensions)); list.left() > 0;) {
        const Element name = take_element(list);
        if (name.tag != tag::dns_name) continue;
        const Detection detection = named(name.content, protocol);
        if (detection.name && !detection.name->is_address()) return detection;
    }
    return Detection::server_side(protocol);
}

}  // namespace umbra
