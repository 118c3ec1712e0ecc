namespace FastShardMap.Inspector.Entries;

/// <summary>The kind of a key, a value or a field, as conditions see it.</summary>
internal enum FieldKind
{
    /// <summary>A list of named fields.</summary>
    Structure,

    /// <summary>A number of any width.</summary>
    Number,

    /// <summary>A member of an enum: its name, or its number if it has no name.</summary>
    Enumeration,

    /// <summary>A truth value, a character, a time or another type of the framework with its own text form.</summary>
    Scalar,

    /// <summary>Bytes of an unknown type, in hexadecimal.</summary>
    Bytes,

    /// <summary>A key that is text of any length.</summary>
    Text,

    /// <summary>A key or a value of any number of bytes, in hexadecimal.</summary>
    StoredBytes,
}
