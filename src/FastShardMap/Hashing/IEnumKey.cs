namespace FastShardMap;

/// <summary>Marks <see cref="EnumKey{TEnum}"/> for <see cref="DefaultHasher{TKey}"/>: the JIT decides <c>default(TKey) is IEnumKey</c> at compile time.</summary>
internal interface IEnumKey;
