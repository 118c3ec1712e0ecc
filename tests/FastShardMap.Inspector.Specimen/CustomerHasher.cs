namespace FastShardMap.Inspector.Specimen;

/// <summary>
/// The planted fault: customers are numbered from the top, and this hasher keeps what they have in common.
/// </summary>
internal readonly struct CustomerHasher : IKeyHasher<ulong>
{
    public ulong Hash(ulong key, HashSeed seed) => HashMixer.Mix(key >> 40, seed);
}
