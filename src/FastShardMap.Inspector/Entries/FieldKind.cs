namespace FastShardMap.Inspector.Entries;

/// <summary>What a key, a value or a field of one is, as far as conditions on it go.</summary>
internal enum FieldKind
{
    /// <summary>A list of named fields.</summary>
    Structure,

    /// <summary>A number of any width.</summary>
    Number,

    /// <summary>A member of an enumeration, by its name, or by its number if it has none.</summary>
    Enumeration,

    /// <summary>A truth value, character, time or other type of the framework, which has a text form of its own.</summary>
    Scalar,

    /// <summary>Bytes of a type that is not known, in hexadecimal digits.</summary>
    Bytes,
}
