"""VN_AM004: anaerobic digestion of the organic waste of wholesale markets in Viet Nam, with use of the biogas.

The official summary was read: two reference terms and one project term. Symbols are placeholders. The
methane term is that of CDM TOOL04, which the summary's words point to.
"""

from jcm_calc import Methodology
from jcm_calc.declarations import Value
from jcm_calc.evidence import Source, primary, unconfirmed
from jcm_calc.reference_data import ipcc_2006
from jcm_methodologies.physics import NO_MORE_THAN_RATED
from jcm_methodologies.solid_waste import group as solid_waste

SUMMARY = Source("official summary page of the methodology", "https://www.jcm.go.jp/vn-jp/methodologies/23")
SLIDES = Source("slides of the proponents, January 2015", "https://expydoc.com/doc/7353770/")
STUDY = Source(
    "study of FY2013 before approval, Binh Dien market",
    "www2.gec.jp/main.nsf/en/Activities-Climate_Change_Mitigation-jcm2013ps05",
)

m = Methodology(
    "VN_AM004",
    version="1.0",
    title="Anaerobic digestion of organic waste for biogas utilization within wholesale markets",
    titles={"ja": "卸売市場におけるバイオガス利用のための有機廃棄物の嫌気性消化 (メタン発酵)"},
    country="VN",
    sectoral_scope=13,
    indices={"j": "waste type", "x": "year or month of disposal", "p": "monitoring period"},
    identity={
        "number": primary(SUMMARY),
        "title": primary(SUMMARY),
        "country": primary(SUMMARY),
        "sectoral scope": primary(SUMMARY, "13. Waste Handling and Disposal"),
        "proponent": primary(SUMMARY, "Hitachi Zosen Corporation; K.K. Satisfactory International"),
        "version": unconfirmed(
            "the page shows neither version nor date; presented on 4 August 2015, approved soon after", 65
        ),
    },
    note="The three terms were read in the official summary. The decay of the waste is taken from CDM TOOL04, and "
    "every figure, the fuel, the choice of its yearly or monthly equation, and all eligibility criteria are unread. "
    "Digester leakage, fuel used on the site, composting and transport are not in the summary and not in the "
    "calculation.",
)

m.summarise(
    primary(SUMMARY),
    measure="Organic waste of a wholesale market is digested instead of decaying in a disposal site, and the "
    "biogas displaces fossil fuel",
    reference="methane by first-order decay of the waste kept from the disposal site, and biogas supplied × net "
    "calorific value × factor of the reference fuel",
    project="electricity of the project facility",
)
m.emits("reference", "decay of organic waste at the disposal site", "CH4", evidence=primary(SUMMARY))
m.emits("reference", "fossil fuel that the biogas displaces", evidence=primary(SUMMARY))
m.emits("project", "electricity of the project facility", evidence=primary(SUMMARY))
m.emits(
    "project",
    "leakage of the digester, fossil fuel on site, composting, transport: not mentioned",
    "CH4, CO2",
    counted=False,
    evidence=unconfirmed("left out, because the summary does not name them", 60, SUMMARY),
)
m.establish(
    "The same waste decays by the first-order model: what would have been emitted by the end of each year counts, "
    "not all that it can ever emit. What makes it conservative is not stated.",
    evidence=primary(SUMMARY, "the decay model"),
)

m.monitored(
    "W_j,x",
    "t",
    extensive=True,
    raises="RE",
    plausible="[0, 1e6]",
    text="wet weight of organic waste of type j, without sludge, prevented from disposal in year or month x, for every "
    "x since the project began: weighed by type, or the whole times the mean fraction of j in samples",
    evidence=primary(
        SUMMARY,
        "amount of organic waste prevented from disposal, sludge excluded; the types and their fractions are the "
        "tool's; sludge gives biogas but no avoided methane, as is inferred (85 %)",
    ),
)
m.include(solid_waste, rename={"E_CH4": "RE_CH4,p"})
m.monitored(
    "BG_p",
    "Nm3",
    extensive=True,
    raises="RE",
    plausible="[0, 1e8]",
    text="processed biogas supplied to heat generation equipment in period p",
    evidence=primary(SUMMARY),
)
m.default(
    "NCV_BG",
    "GJ/Nm3",
    raises="RE",
    plausible="[0.005, 0.1]",
    text="net calorific value of the biogas, for a normal cubic metre",
    evidence=unconfirmed("named in the summary; its value, and whether it is measured, are not known", None, SUMMARY),
)


def factors(fuel, note):
    """Offer two emission factors of the IPCC for a reference fossil fuel."""
    evidence = unconfirmed(f"{note}; which fuel and figure the methodology takes is not known", None, SLIDES)
    return {
        f"{fuel}, IPCC 2006, {bound}": Value(ipcc_2006("EF", bound)[fuel].value, evidence)
        for bound in ("lower", "default")
    }


m.default(
    "EF_CO2,RF",
    "tCO2/GJ",
    candidates={
        **factors("Gas/diesel oil", "the planned project was to displace diesel oil"),
        **factors("Liquefied petroleum gases (LPG)", "the planned project was to displace diesel oil, not this"),
        **factors("Residual fuel oil", "the planned project was to displace diesel oil, not this"),
    },
    raises="RE",
    plausible="[0.03, 0.15]",
    text="CO2 emission factor of the fossil fuel that the biogas displaces",
    evidence=unconfirmed(
        "named in the summary; fuel and value are not known, lower bounds are the scheme's habit (50 %)", None, SUMMARY
    ),
)
m.monitored(
    "EC_PJ,p",
    "MWh",
    extensive=True,
    raises="PE",
    plausible="[0, 100000]",
    text="electricity consumed by the project in period p",
    evidence=primary(SUMMARY, "named as monitored where project emissions are described, absent from the list"),
)
m.fixed(
    "EF_elec",
    "tCO2/MWh",
    listed="grid captive",
    raises="PE",
    plausible="[0, 2]",
    text="CO2 emission factor of that electricity",
    evidence=unconfirmed("value not known; the combined margin of the Vietnamese authority is likely", 80),
)


@m.equation(
    "RE_FF,p",
    "tCO2",
    text="emissions of the fossil fuel that the biogas displaces",
    evidence=unconfirmed(
        "the summary names the three factors and no other; whether a boiler efficiency enters is not known",
        None,
        SUMMARY,
    ),
)
def RE_FF(BG, NCV_BG, EF_CO2_RF):
    return BG * NCV_BG * EF_CO2_RF


@m.equation(
    "RE_p",
    "tCO2",
    text="reference emissions",
    evidence=primary(SUMMARY, "methane of the disposal site, and carbon dioxide of the displaced fossil fuel"),
)
def RE(RE_CH4, RE_FF):
    return RE_CH4 + RE_FF


@m.equation(
    "PE_p",
    "tCO2",
    text="project emissions",
    evidence=primary(
        SUMMARY, "on the basis of the electricity consumed; whether digester leakage is excluded is not known"
    ),
)
def PE(EC_PJ, EF_elec):
    return EC_PJ * EF_elec


@m.equation("ER_p", "tCO2", text="emission reductions", evidence=unconfirmed("general rule of the scheme", 99))
def ER(RE, PE):
    return RE - PE


m.at_most("EC_PJ", "rated power × hours", evidence=NO_MORE_THAN_RATED)


m.attested(
    "all",
    "criteria_met",
    "The eligibility criteria of the approved document are met; none of them has been read",
    evidence=unconfirmed(
        "known are those of a draft of 2013 for co-generation only, some of which must have changed; likeliest to "
        "remain: waste that would be landfilled (80 %), a least yield of biogas (50 %), a maintenance plan (45 %)",
        None,
        STUDY,
    ),
)
