using FastShardMap.Probing;

namespace FastShardMap.Tests.Probing;

public sealed class PortableControlGroupTests()
    : ControlGroupContractTests(new ControlGroupUnderTest<PortableControlGroup>(isExact: false));
