namespace FastShardMap.Layout;

/// <summary>What the keys of a map are.</summary>
internal enum KeyForm : uint
{
    /// <summary>Values of an unmanaged type.</summary>
    Fixed = 0,

    /// <summary>Text of any length: <see cref="RecordKey"/> with UTF-8.</summary>
    Text = 1,

    /// <summary>Any number of bytes: <see cref="RecordKey"/>.</summary>
    Bytes = 2,
}
