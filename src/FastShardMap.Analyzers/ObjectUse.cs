namespace FastShardMap.Analyzers;

/// <summary>What one mention of a variable does with the object in it.</summary>
internal enum ObjectUse
{
    /// <summary>It calls the object, or looks at it.</summary>
    Neutral,

    /// <summary>It disposes the object.</summary>
    Disposes,

    /// <summary>It gives the object to other code, which may dispose it.</summary>
    Escapes,
}
